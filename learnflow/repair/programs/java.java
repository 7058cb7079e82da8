/** Names the variants to the sandbox's own classes, which run them; the marked values are put in before. */
public class LearnflowVariants {
    public static Object learnflow_run(int number, Object given) throws Throwable {
        try {
            return Class.forName("learnflow.Variants")
                    .getMethod("run", Class.class, String.class, int.class, int.class, Object.class)
                    .invoke(null, Texts.class, /* ENTRY */, /* PROBED */, number, given);
        } catch (java.lang.reflect.InvocationTargetException error) {
            throw error.getCause();
        }
    }

    public static class Texts {
        public static final String BASE = /* BASE */;
        public static final String[] VARIANTS = {/* VARIANTS */};
    }
}
