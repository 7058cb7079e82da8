package learnflow;

import java.io.ByteArrayInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.Diagnostic;

/**
 * Many variants of a program, of which each case runs one; what is compiled stays for the next case.
 *
 * <p>A variant is `start:end:middle`: so many characters of the program at its beginning and at its end stay, and what is
 * between them. The variant with the number `probed` says which of its statements ran, in place of what it prints.
 */
public final class Variants {
    private static final long ENOUGH = 400_000_000L; // nanoseconds that a case may take to compile: then fewer at once
    private static final int LONGEST = 16_000; // bytes that a variant prints
    private static final String END = "LearnflowEnd"; // the last class of a file: with it, the file is compiled
    private static final String GUARD = "package guard; public class LearnflowGuard { static int left = 200_000;"
            + " static java.math.BigInteger ran = java.math.BigInteger.ZERO;"
            + " public static void step() { if (--left < 0) throw new Error(\"it does not end\"); }"
            + " public static void ran(int number) { ran = ran.setBit(number); } }";
    private static Variants ours;

    private final String program;
    private final String[] variants;
    private final Map<Integer, Map<String, byte[]>> compiled = new HashMap<>();
    private final Map<String, byte[]> guard = new HashMap<>();
    private int atOnce = 4;

    private Variants(Class<?> texts) throws ReflectiveOperationException {
        program = (String) texts.getField("BASE").get(null);
        variants = (String[]) texts.getField("VARIANTS").get(null);
    }

    /**
     * Runs a variant: calls its method with what is given, or runs the program with that as standard input.
     *
     * <p>`texts` holds the program as BASE and its VARIANTS. Each case has it loaded afresh; the first alone reads it.
     */
    public static Object run(Class<?> texts, String entry, int probed, int number, Object given) throws Throwable {
        ours = ours == null ? new Variants(texts) : ours;
        Calls calls = new Calls(ours.classes(number));
        if (number != probed) {
            return call(calls, entry, given);
        }
        PrintStream out = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        try {
            call(calls, entry, given);
        } catch (Throwable ignored) {
            // what ran before it is what counts
        }
        Field ran = calls.loader.loadClass("guard.LearnflowGuard").getDeclaredField("ran");
        ran.setAccessible(true);
        out.print("ran " + ((BigInteger) ran.get(null)).toString(16) + ".");
        return null;
    }

    private static Object call(Calls calls, String entry, Object given) throws Throwable {
        try {
            if (entry == null) {
                System.setIn(new ByteArrayInputStream(((String) given).getBytes(StandardCharsets.UTF_8)));
                System.setOut(new PrintStream(new Bounded(System.out), true));
                calls.main();
                return null;
            }
            PrintStream out = System.out;
            System.setOut(new PrintStream(OutputStream.nullOutputStream()));
            return calls.method(entry, (List<?>) given, () -> System.setOut(out));
        } catch (InvocationTargetException error) {
            throw error.getCause();
        }
    }

    /** Returns the classes of a variant; as many as a case has time for are compiled at once, which is far cheaper. */
    private Map<String, byte[]> classes(int number) {
        if (!compiled.containsKey(number)) {
            int end = Math.min(number + atOnce, variants.length);
            long began = System.nanoTime();
            compile(number, end);
            long used = System.nanoTime() - began;
            atOnce = used < ENOUGH ? atOnce * 2 : used < 2 * ENOUGH ? atOnce : Math.max(1, atOnce / 2);
        }
        if (compiled.get(number).isEmpty()) {
            throw new IllegalStateException("it does not compile");
        }
        Map<String, byte[]> classes = new LinkedHashMap<>(compiled.get(number));
        classes.putAll(guard);
        return classes;
    }

    /** Compiles variants: where the compiler refuses some, it leaves also others, and is asked for these again. */
    private void compile(int first, int end) {
        Map<Compiler.Source, Integer> waiting = new LinkedHashMap<>();
        for (int number = first; number < end; number++) {
            waiting.put(new Compiler.Source("v" + number + "/", code(number)), number);
        }
        while (!waiting.isEmpty()) {
            List<Compiler.Source> sources = new ArrayList<>(List.of(new Compiler.Source("guard/", GUARD)));
            sources.addAll(waiting.keySet());
            Compiler compiler = new Compiler(sources, false);
            guard.putAll(compiler.classes("guard."));
            int before = waiting.size();
            for (Diagnostic<?> error : compiler.errors) {
                Integer refused = waiting.remove(error.getSource());
                if (refused != null) {
                    compiled.put(refused, Map.of());
                }
            }
            waiting.values().removeIf(number -> {
                Map<String, byte[]> classes = compiler.classes("v" + number + ".");
                boolean whole = classes.remove("v" + number + "." + END) != null;
                if (whole) {
                    compiled.put(number, classes);
                }
                return whole;
            });
            if (waiting.size() == before) { // it gave up: on one of them, or on all
                for (int number : waiting.values()) {
                    if (before == 1) {
                        compiled.put(number, Map.of());
                    } else {
                        compile(number, number + 1);
                    }
                }
                return;
            }
        }
    }

    private String code(int number) {
        String[] parts = variants[number].split(":", 3);
        int end = program.length() - Integer.parseInt(parts[1]);
        String code = program.substring(0, Integer.parseInt(parts[0])) + parts[2] + program.substring(end);
        String unpackaged = code.replaceFirst("(?m)^\\s*package [^;]*;", "");
        return "package v" + number + "; import guard.LearnflowGuard; " + unpackaged + "\nclass " + END + " { }";
    }

    /** What a variant prints: one that goes on without end would end all others with it. */
    private static final class Bounded extends FilterOutputStream {
        private int left = LONGEST;

        Bounded(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int start, int length) throws IOException {
            left -= length;
            if (left < 0) {
                throw new Error("it prints without end");
            }
            out.write(bytes, start, length);
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }
    }
}
