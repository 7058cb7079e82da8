package learnflow;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Finds and calls the method of a test, or a program's main. */
final class Calls {
    final ClassLoader loader;
    private final List<Class<?>> classes = new ArrayList<>();

    /** Loads all classes afresh. */
    Calls(Map<String, byte[]> files) throws ClassNotFoundException {
        loader = new StudentClasses(files);
        for (String name : files.keySet()) {
            classes.add(loader.loadClass(name));
        }
    }

    /** Runs the program, where there is one. */
    void main() throws ReflectiveOperationException {
        Method found = null;
        for (Method method : named("main")) {
            Class<?>[] types = method.getParameterTypes();
            boolean usual = types.length == 1 && types[0] == String[].class && Modifier.isStatic(method.getModifiers());
            if (usual || found == null && types.length < 2) {
                found = method;
            }
            if (usual) {
                break;
            }
        }
        if (found != null) {
            call(found, found.getParameterCount() == 0 ? new Object[0] : new Object[] {new String[0]});
        }
    }

    /** Calls the method that takes these arguments once it is loaded, and returns what it returns. */
    Object method(String name, List<?> given, Runnable loaded) throws ReflectiveOperationException {
        IllegalArgumentException refusal = null;
        for (Method method : named(name)) {
            Object[] arguments;
            try {
                arguments = Arguments.of(method, given);
            } catch (IllegalArgumentException error) {
                refusal = refusal == null ? error : refusal;
                continue;
            }
            Class.forName(method.getDeclaringClass().getName(), true, loader);
            loaded.run(); // what static initialisers print is no answer
            return call(method, arguments);
        }
        if (refusal != null) {
            throw refusal;
        }
        throw new NoSuchMethodException("there is no method `" + name + "`");
    }

    private List<Method> named(String name) {
        List<Method> found = new ArrayList<>();
        for (Class<?> type : classes) {
            for (Method method : type.getDeclaredMethods()) {
                if (method.getName().equals(name) && !method.isBridge() && !Modifier.isAbstract(method.getModifiers())) {
                    found.add(method);
                }
            }
        }
        return found;
    }

    private static Object call(Method method, Object[] arguments) throws ReflectiveOperationException {
        method.setAccessible(true);
        Object owner = null;
        if (!Modifier.isStatic(method.getModifiers())) {
            Constructor<?> constructor = method.getDeclaringClass().getDeclaredConstructor();
            constructor.setAccessible(true);
            owner = constructor.newInstance();
        }
        return method.invoke(owner, arguments);
    }
}
