import java.io.*;
import java.net.*;
import java.nio.file.*;
import java.util.*;
import javax.tools.*;

/** Compiles and runs the program of each folder that is given, in one JVM, and writes what it said to "said". */
public class RunPrograms {
    public static void main(String[] folders) throws Exception {
        for (String folder : folders) Files.writeString(Path.of(folder, "said"), said(Path.of(folder)));
    }

    static String said(Path folder) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String source = folder.resolve("Main.java").toString();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler.run(null, out, out, "-d", folder.toString(), source) != 0) return out.toString();
        PrintStream err = System.err;
        try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            System.setErr(new PrintStream(out));
            Thread program = new Thread(() -> call(loader), "main");
            program.start();
            program.join();
        } finally {
            System.setErr(err);
        }
        return out.toString();
    }

    static void call(ClassLoader loader) {
        try {
            loader.loadClass("Main").getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } catch (java.lang.reflect.InvocationTargetException problem) {
            System.err.print("Exception in thread \"main\" ");
            problem.getCause().printStackTrace();
        } catch (ReflectiveOperationException problem) {
            problem.printStackTrace();
        }
    }
}
