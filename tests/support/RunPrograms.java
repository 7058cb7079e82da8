import java.io.*;
import java.net.*;
import java.nio.file.*;
import java.util.*;
import javax.tools.*;

/** Compiles and runs the program of each folder that is given, in one JVM; its two outputs go to "said" and "printed". */
public class RunPrograms {
    public static void main(String[] folders) throws Exception {
        for (String folder : folders) Files.writeString(Path.of(folder, "said"), said(Path.of(folder)));
    }

    static String said(Path folder) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String source = folder.resolve("Main.java").toString();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler.run(null, out, out, "-d", folder.toString(), source) != 0) return out.toString();
        PrintStream err = System.err, before = System.out;
        try (OutputStream printed = Files.newOutputStream(folder.resolve("printed")); URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            System.setErr(new PrintStream(out));
            System.setOut(new PrintStream(printed, true));
            Thread program = new Thread(() -> call(loader), "main");
            program.start();
            program.join();
        } finally {
            System.setErr(err);
            System.setOut(before);
        }
        return out.toString();
    }

    static void call(ClassLoader loader) {
        try {
            var main = loader.loadClass("Main").getDeclaredMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(null, (Object) new String[0]);
        } catch (java.lang.reflect.InvocationTargetException problem) {
            System.err.print("Exception in thread \"main\" ");
            problem.getCause().printStackTrace();
        } catch (ReflectiveOperationException problem) {
            problem.printStackTrace();
        }
    }
}
