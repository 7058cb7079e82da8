package learnflow;

/** What is known of an exception, as JSON, with the trace through the student's own code. */
final class Fault {
    private static final int TRACE = 8_000;
    private static final int FRAMES = 30;
    private static final int CAUSES = 10;

    private Fault() {}

    static String report(Throwable error) {
        StringBuilder trace = new StringBuilder("Exception in thread \"main\" ");
        Throwable shown = error;
        for (int depth = 0; shown != null && depth < CAUSES; depth++) {
            trace.append(depth == 0 ? "" : "Caused by: ").append(shown).append('\n');
            int frames = 0;
            for (StackTraceElement frame : shown.getStackTrace()) {
                if (Compiler.FILE.equals(frame.getFileName()) && frames++ < FRAMES) {
                    trace.append("\tat ").append(frame).append('\n');
                }
            }
            shown = shown.getCause();
        }
        return report(name(error.getClass()), message(error), line(error), trace.toString());
    }

    static String report(String type, String message) {
        return report(type, message, null, type + ": " + message);
    }

    private static String report(String type, String message, Integer line, String trace) {
        return "{\"ended\":\"exception\",\"fault\":{\"type\":" + Json.quoted(type) + ",\"message\":" + Json.quoted(message)
                + ",\"line\":" + line + ",\"trace\":" + Json.quoted(trace.substring(0, Math.min(TRACE, trace.length()))) + "}}";
    }

    private static String name(Class<?> type) {
        return type.getSimpleName().isEmpty() ? type.getName() : type.getSimpleName();
    }

    private static String message(Throwable error) {
        return error.getMessage() == null ? "" : error.getMessage();
    }

    private static Integer line(Throwable error) {
        for (StackTraceElement frame : error.getStackTrace()) {
            if (Compiler.FILE.equals(frame.getFileName())) {
                return frame.getLineNumber() > 0 ? frame.getLineNumber() : null;
            }
        }
        return null;
    }
}
