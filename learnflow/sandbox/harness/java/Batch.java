package learnflow;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Runs a student's Java on many inputs in one JVM, each in classes that are loaded afresh; inside of the sandbox.
 *
 * <p>One JSON job comes on standard input (`code`, `entry`, `cases`, and the limits `seconds` and `output` in bytes); a
 * line of JSON goes to standard output for each case that has ended.
 */
public final class Batch {
    private static final FileOutputStream RESULTS = new FileOutputStream(FileDescriptor.out);

    private Batch() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        String given = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        Job job = new Job((Map<?, ?>) Json.read(given));
        write("{\"ready\":true}");
        Compiler compiler = new Compiler(List.of(new Compiler.Source("", job.code)), true);
        if (!compiler.succeeded) {
            write("{\"syntax\":" + compiler.fault(job.code) + "}");
            return;
        }
        job.classes = compiler.classes("");
        write("{\"ready\":true}"); // compiling took its time, and is none of a case's
        for (int number = 0; number < job.size(); number++) {
            Run.of(job, number);
        }
        if (arguments.length == 0) {
            Runtime.getRuntime().halt(0); // no daemon thread of a student's is worth waiting for
        }
    }

    static void write(String line) {
        try {
            RESULTS.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        }
    }
}
