package learnflow;

import java.util.List;
import java.util.Map;

/** What is to be run: the compiled classes, the method (or null for a program), the cases and their limits. */
final class Job {
    final String code;
    final String entry;
    final long milliseconds;
    final int output;
    Map<String, byte[]> classes;
    private final List<?> cases;

    Job(Map<?, ?> job) {
        code = (String) job.get("code");
        entry = (String) job.get("entry");
        milliseconds = (long) (((Number) job.get("seconds")).doubleValue() * 1000);
        output = ((Number) job.get("output")).intValue();
        cases = (List<?>) job.get("cases");
    }

    int size() {
        return cases.size();
    }

    String stdin(int number) {
        Object text = ((Map<?, ?>) cases.get(number)).get("stdin");
        return text == null ? "" : (String) text;
    }

    List<?> arguments(int number) {
        return (List<?>) ((Map<?, ?>) cases.get(number)).get("arguments");
    }
}
