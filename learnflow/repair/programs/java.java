import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * Runs one of many variants of a student's Java, for inside of the sandbox; the marked values are put in before.
 *
 * <p>A variant is what of BASE is kept at its beginning and at its end, and what stands between. The last one has a probe
 * before each statement, and what is printed for it is which of them ran. Variants are called by the
 * sandbox's own classes, which are there at run time; what is compiled stays for the next case.
 */
public class LearnflowVariants {
    static final String BASE = /* BASE */;
    static final String[] VARIANTS = {/* VARIANTS */};
    static final String ENTRY = /* ENTRY */;
    static final int PROBED = /* PROBED */;
    static final long ENOUGH = 400_000_000L; // nanoseconds that a case may take to compile: then fewer at once
    static final int LONGEST = 16_000; // bytes that a variant prints
    static final List<String> OPTIONS = List.of("-g", "-proc:none", "-nowarn", "-Xlint:none", "-cp", "/nowhere",
            "-Xmaxerrs", "10000");
    static final String GUARD = "class LearnflowGuard { static int left = 200_000; static java.math.BigInteger ran ="
            + " java.math.BigInteger.ZERO; static void step() { if (--left < 0) throw new Error(\"it does not end\"); }"
            + " static void ran(int number) { ran = ran.setBit(number); } }";

    public static Object learnflow_run(int number, Object given) throws Throwable {
        Object job = job(compiled(number), given);
        Object calls = made("Calls", job);
        if (number != PROBED) {
            return call(calls, given);
        }
        java.io.PrintStream out = System.out;
        System.setOut(new java.io.PrintStream(java.io.OutputStream.nullOutputStream()));
        try {
            call(calls, given);
        } catch (Throwable ignored) {
            // what ran before it is what counts
        }
        Field loader = calls.getClass().getDeclaredField("loader");
        loader.setAccessible(true);
        Field ran = ((ClassLoader) loader.get(calls)).loadClass("v" + number + ".LearnflowGuard").getDeclaredField("ran");
        ran.setAccessible(true);
        out.print("ran " + ((java.math.BigInteger) ran.get(null)).toString(16) + ".");
        return null;
    }

    private static Object call(Object calls, Object given) throws Throwable {
        try {
            if (ENTRY == null) {
                System.setIn(new java.io.ByteArrayInputStream(((String) given).getBytes("UTF-8")));
                System.setOut(new java.io.PrintStream(new Bounded(System.out), true));
                return method(calls, "main").invoke(calls);
            }
            java.io.PrintStream out = System.out;
            System.setOut(new java.io.PrintStream(java.io.OutputStream.nullOutputStream()));
            Runnable loaded = () -> System.setOut(out);
            return method(calls, "method").invoke(calls, ENTRY, (List<?>) given, loaded);
        } catch (InvocationTargetException error) {
            throw error.getCause();
        }
    }

    /** Returns the classes of a variant; as many as a case has time for are compiled at once, which is far cheaper. */
    @SuppressWarnings("unchecked")
    private static Map<String, byte[]> compiled(int number) throws Exception {
        Map<Object, Object> kept = System.getProperties();
        if (kept.get("learnflow." + number) == null) {
            int size = (Integer) kept.getOrDefault("learnflow.size", 2);
            int end = Math.min(number + size, VARIANTS.length);
            long began = System.nanoTime();
            Files files = compile(number, end);
            long used = System.nanoTime() - began;
            kept.put("learnflow.size", used < ENOUGH ? size * 2 : used < 2 * ENOUGH ? size : Math.max(1, size / 2));
            for (int other = number; other < end; other++) {
                kept.put("learnflow." + other, files.of("v" + other));
            }
        }
        Map<String, byte[]> classes = (Map<String, byte[]>) kept.get("learnflow." + number);
        if (classes.isEmpty()) {
            throw new IllegalStateException("it does not compile");
        }
        return classes;
    }

    /** Compiles variants, and again without those that the compiler refuses, until it takes all. */
    private static Files compile(int first, int end) {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        List<Source> sources = new ArrayList<>();
        for (int number = first; number < end; number++) {
            sources.add(new Source("v" + number, code(number)));
        }
        while (true) {
            DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
            Files files = new Files(javac.getStandardFileManager(problems, null, null));
            if (sources.isEmpty() || javac.getTask(null, files, problems, OPTIONS, null, sources).call()) {
                return files;
            }
            int before = sources.size();
            for (Diagnostic<? extends JavaFileObject> problem : problems.getDiagnostics()) {
                if (problem.getKind() == Diagnostic.Kind.ERROR) {
                    sources.remove(problem.getSource());
                }
            }
            if (sources.size() == before) {
                throw new IllegalStateException(problems.getDiagnostics().toString());
            }
        }
    }

    private static String code(int number) {
        String[] parts = VARIANTS[number].split(":", 3);
        int end = BASE.length() - Integer.parseInt(parts[1]);
        String code = BASE.substring(0, Integer.parseInt(parts[0])) + parts[2] + BASE.substring(end);
        return "package v" + number + "; " + code.replaceFirst("(?m)^\\s*package [^;]*;", "") + "\n" + GUARD;
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

    private static final class Source extends SimpleJavaFileObject {
        private final String code;

        Source(String variant, String code) {
            super(URI.create("string:///" + variant + "/Main.java"), Kind.SOURCE);
            this.code = code;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return code;
        }

        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return true; // a public class may have any name
        }
    }

    private static final class Files extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, ByteArrayOutputStream> classes = new LinkedHashMap<>();

        Files(JavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(Location place, String name, JavaFileObject.Kind kind, FileObject near) {
            return new SimpleJavaFileObject(URI.create("memory:///" + name.replace('.', '/')), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return classes.computeIfAbsent(name, unused -> new ByteArrayOutputStream());
                }
            };
        }

        Map<String, byte[]> of(String variant) throws Exception {
            Method withoutExit = Class.forName("learnflow.StudentClasses").getDeclaredMethod("withoutExit", byte[].class);
            withoutExit.setAccessible(true);
            Map<String, byte[]> found = new LinkedHashMap<>();
            for (Map.Entry<String, ByteArrayOutputStream> entry : classes.entrySet()) {
                if (entry.getKey().startsWith(variant + ".")) {
                    found.put(entry.getKey(), (byte[]) withoutExit.invoke(null, entry.getValue().toByteArray()));
                }
            }
            return found;
        }
    }

    private static Object job(Map<String, byte[]> classes, Object given) throws Exception {
        Map<String, Object> fields = new HashMap<>();
        fields.put("code", "");
        fields.put("entry", ENTRY);
        fields.put("seconds", 1);
        fields.put("output", 1);
        fields.put("cases", List.of());
        Object job = made("Job", fields);
        Field field = job.getClass().getDeclaredField("classes");
        field.setAccessible(true);
        field.set(job, classes);
        return job;
    }

    private static Object made(String name, Object argument) throws Exception {
        Constructor<?> constructor = Class.forName("learnflow." + name).getDeclaredConstructors()[0];
        constructor.setAccessible(true);
        return constructor.newInstance(argument);
    }

    private static Method method(Object owner, String name) {
        Method found = Arrays.stream(owner.getClass().getDeclaredMethods())
                .filter(method -> method.getName().equals(name)).findFirst().orElseThrow();
        found.setAccessible(true);
        return found;
    }
}
