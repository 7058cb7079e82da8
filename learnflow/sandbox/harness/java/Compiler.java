package learnflow;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles a student's code in memory. */
final class Compiler {
    static final String FILE = "Main.java";
    private static final int ERRORS_SHOWN = 5;
    private static final List<String> OPTIONS =
            List.of("-proc:none", "-nowarn", "-Xlint:none", "-Xmaxerrs", "10000", "-cp", "/nowhere");
    private static final JavaCompiler JAVAC = ToolProvider.getSystemJavaCompiler();
    private static final JavaFileManager LIBRARY = JAVAC.getStandardFileManager(null, Locale.ENGLISH, null);

    final List<Diagnostic<? extends JavaFileObject>> errors;
    final boolean succeeded;
    private final Map<String, ByteArrayOutputStream> classes = new LinkedHashMap<>();

    /** Compiles them; lines and names of variables are in the class files if they are `traceable`, which takes time. */
    Compiler(Collection<Source> sources, boolean traceable) {
        List<String> options = new ArrayList<>(OPTIONS);
        options.add(traceable ? "-g" : "-g:none");
        DiagnosticCollector<JavaFileObject> told = new DiagnosticCollector<>();
        succeeded = JAVAC.getTask(null, new InMemory(), told, options, null, sources).call();
        errors = told.getDiagnostics().stream()
                .filter(one -> one.getKind() == Diagnostic.Kind.ERROR).collect(Collectors.toList());
    }

    /** Returns the class files of a package (or "") by their names, in the order in which the compiler wrote them. */
    Map<String, byte[]> classes(String within) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        classes.forEach((name, file) -> {
            if (name.startsWith(within)) {
                files.put(name, StudentClasses.withoutExit(file.toByteArray()));
            }
        });
        return files;
    }

    /** Returns the JSON of the first error in the code. */
    String fault(String code) {
        if (errors.isEmpty()) {
            return "{\"type\":\"CompileError\",\"message\":\"the compiler gave up\",\"line\":null,\"trace\":\"\"}";
        }
        String[] lines = code.split("\n", -1);
        String trace = errors.stream().limit(ERRORS_SHOWN).map(error -> shown(error, lines)).collect(Collectors.joining());
        Diagnostic<?> first = errors.get(0);
        String line = first.getLineNumber() > 0 ? String.valueOf(first.getLineNumber()) : "null";
        return "{\"type\":\"CompileError\",\"message\":" + Json.quoted(first.getMessage(Locale.ENGLISH))
                + ",\"line\":" + line + ",\"trace\":" + Json.quoted(trace) + "}";
    }

    private static String shown(Diagnostic<?> error, String[] lines) {
        int line = (int) error.getLineNumber();
        String message = FILE + ":" + line + ": error: " + error.getMessage(Locale.ENGLISH) + "\n";
        if (line < 1 || line > lines.length) {
            return message;
        }
        return message + lines[line - 1] + "\n" + " ".repeat((int) Math.max(0, error.getColumnNumber() - 1)) + "^\n";
    }

    /** A file of source in a directory (or ""). */
    static final class Source extends SimpleJavaFileObject {
        private final String code;

        Source(String directory, String code) {
            super(URI.create("string:///" + directory + FILE), Kind.SOURCE);
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

    private final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
        InMemory() {
            super(LIBRARY);
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
    }
}
