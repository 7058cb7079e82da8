package learnflow;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;

/** One run of a student's code: it ends once, with a report or at a limit. */
public final class Run {
    private static final long STACK = 8L << 20;
    private static final long POLL = 50; // milliseconds
    private static final long UNWINDING = 500; // milliseconds, of a thread that has called System.exit
    private static final int SHOWN = 2_000; // characters of what is no JSON
    private static Run current;

    private final Job job;
    private final int number;
    private final long started = System.nanoTime();
    private final Printed out = new Printed();
    private final Printed err = new Printed();
    private final ThreadGroup group = new ThreadGroup("student");
    private String report;
    private volatile boolean exited;
    private boolean told;

    private Run(Job job, int number) {
        this.job = job;
        this.number = number;
    }

    /** What ends a thread that has called System.exit. */
    private static final class Exit extends Error {
        private static final long serialVersionUID = 1;
    }

    /** What a stream has taken; too much of it ends all. */
    private final class Printed extends ByteArrayOutputStream {
        @Override
        public synchronized void write(int next) {
            write(new byte[] {(byte) next}, 0, 1);
        }

        @Override
        public synchronized void write(byte[] data, int start, int length) {
            if (exited) {
                return; // of what a program does at its exit, a finally block would be no part
            }
            super.write(data, start, Math.min(length, job.output - count));
            if (count >= job.output) {
                stop("output");
            }
        }
    }

    /** Called in place of System.exit. */
    public static void exit(int code) {
        current.end(current.job.entry == null ? "{\"ended\":\"finished\",\"exit\":" + code + "}"
                : Fault.report("System.exit",
                        "the program ended itself with exit code " + code + " before the method returned"));
        current.exited = true;
        throw new Exit();
    }

    /** Runs a case to its end or to a limit, which ends all. */
    static void of(Job job, int number) throws InterruptedException {
        current = new Run(job, number);
        current.start();
    }

    private void start() throws InterruptedException {
        System.setIn(new ByteArrayInputStream(job.stdin(number).getBytes(StandardCharsets.UTF_8)));
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        new Thread(group, this::call, "main", STACK).start();
        Thread next = waitedFor();
        while (next != null && !exited && left() > 0) {
            next.join(Math.min(left(), POLL));
            next = waitedFor();
        }
        if (next != null && exited) {
            next.join(UNWINDING);
            next = waitedFor();
        }
        if (next == null) {
            tell("");
        } else {
            stop(exited ? "" : "timeout"); // threads cannot be ended
        }
    }

    /** Returns a thread that a JVM would wait for, or null. */
    private Thread waitedFor() {
        Thread[] threads = new Thread[group.activeCount() + 1];
        for (int index = group.enumerate(threads) - 1; index >= 0; index--) {
            if (!threads[index].isDaemon()) {
                return threads[index];
            }
        }
        return null;
    }

    private long left() {
        return job.milliseconds - milliseconds();
    }

    private long milliseconds() {
        return (System.nanoTime() - started) / 1_000_000;
    }

    private void call() {
        try {
            Calls calls = new Calls(job.classes);
            if (job.entry == null) {
                calls.main();
                end("{\"ended\":\"finished\",\"exit\":0}");
            } else {
                end(returned(calls.method(job.entry, job.arguments(number), out::reset)));
            }
        } catch (InvocationTargetException | ExceptionInInitializerError error) {
            fail(error.getCause() == null ? error : error.getCause());
        } catch (Throwable error) {
            fail(error);
        }
    }
    private static String returned(Object value) {
        try {
            return "{\"ended\":\"finished\",\"value\":" + Json.quoted(Values.json(value)) + "}";
        } catch (IllegalArgumentException error) {
            String text = String.valueOf(value);
            return "{\"ended\":\"finished\",\"shown\":" + Json.quoted(text.substring(0, Math.min(SHOWN, text.length()))) + "}";
        }
    }

    private void fail(Throwable error) {
        end(error instanceof OutOfMemoryError ? "{\"ended\":\"memory\"}" : Fault.report(error));
    }

    private synchronized void end(String how) {
        if (report == null) {
            report = how;
            System.out.flush();
            System.err.flush();
        }
    }

    private synchronized void stop(String limit) {
        tell(limit);
        Runtime.getRuntime().halt(0);
    }

    private synchronized void tell(String limit) {
        if (told) {
            return;
        }
        told = true;
        Batch.write("{\"case\":" + number + ",\"milliseconds\":" + milliseconds() + ",\"status\":0,\"limit\":\"" + limit
                + "\",\"stdout\":" + Json.quoted(out.toString(StandardCharsets.UTF_8)) + ",\"stderr\":"
                + Json.quoted(err.toString(StandardCharsets.UTF_8)) + ",\"report\":"
                + Json.quoted(report == null || !limit.isEmpty() ? "" : report) + "}");
    }
}
