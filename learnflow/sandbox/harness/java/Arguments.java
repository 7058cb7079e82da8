package learnflow;

import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Turns JSON into what a method's parameters are. An IllegalArgumentException says what does not fit. */
final class Arguments {
    private static final Type[] ANYTHING = {Object.class, Object.class};
    private static final List<Class<?>> USUAL = List.of(ArrayList.class, LinkedHashSet.class, ArrayDeque.class,
            TreeSet.class, LinkedHashMap.class, TreeMap.class);

    private Arguments() {}

    static Object[] of(Method method, List<?> given) {
        Type[] types = method.getGenericParameterTypes();
        List<Object> values = new ArrayList<>(given);
        int last = types.length - 1;
        if (method.isVarArgs() && !(values.size() == types.length && values.get(last) instanceof List)) {
            int fixed = Math.min(last, values.size());
            List<Object> rest = new ArrayList<>(values.subList(fixed, values.size()));
            values.subList(fixed, values.size()).clear();
            values.add(rest);
        }
        if (values.size() != types.length) {
            throw new IllegalArgumentException(
                    method.getName() + " takes " + types.length + " arguments, but was given " + values.size());
        }
        Object[] arguments = new Object[types.length];
        for (int index = 0; index < types.length; index++) {
            arguments[index] = convert(values.get(index), types[index]);
        }
        return arguments;
    }

    private static Object convert(Object given, Type type) {
        if (type instanceof ParameterizedType) {
            ParameterizedType generic = (ParameterizedType) type;
            return convert(given, (Class<?>) generic.getRawType(), generic.getActualTypeArguments());
        }
        if (type instanceof WildcardType) {
            return convert(given, ((WildcardType) type).getUpperBounds()[0]);
        }
        if (type instanceof GenericArrayType) {
            return array(given, ((GenericArrayType) type).getGenericComponentType());
        }
        return convert(given, type instanceof Class ? (Class<?>) type : Object.class, ANYTHING);
    }

    private static Object convert(Object given, Class<?> type, Type[] inner) {
        Object value = null;
        if (type.isArray()) {
            return given == null ? null : array(given, type.getComponentType());
        }
        if (given instanceof List && (type == Object.class || Iterable.class.isAssignableFrom(type))) {
            value = collection((List<?>) given, type, inner[0]);
        } else if (given instanceof Map && (type == Object.class || Map.class.isAssignableFrom(type))) {
            value = map((Map<?, ?>) given, type, inner[0], inner[1]);
        } else if (given instanceof Number && !CharSequence.class.isAssignableFrom(type)) {
            value = Numbers.of(new BigDecimal(given.toString()), type);
        } else if (given instanceof String) {
            value = text((String) given, type);
        } else if (given instanceof Boolean) {
            value = type == boolean.class || type.isInstance(given) ? given : null;
        }
        if (value == null && (given != null || type.isPrimitive())) {
            throw new IllegalArgumentException(Values.json(given) + " cannot be given as " + type.getSimpleName());
        }
        return value;
    }

    private static Object text(String given, Class<?> type) {
        if (type.isInstance(given)) {
            return given;
        }
        if ((type == char.class || type == Character.class) && given.length() == 1) {
            return given.charAt(0);
        }
        if (type.isEnum()) {
            return List.of(type.getEnumConstants()).stream()
                    .filter(constant -> ((Enum<?>) constant).name().equals(given)).findFirst().orElse(null);
        }
        if (Numbers.isNumber(type) && given.matches("-?[0-9]+([.][0-9]+)?")) {
            return Numbers.of(new BigDecimal(given), type); // a key of an object, which is always a text
        }
        return null;
    }

    private static Object array(Object given, Type component) {
        if (given instanceof String && component == char.class) {
            return ((String) given).toCharArray();
        }
        if (!(given instanceof List)) {
            throw new IllegalArgumentException(Values.json(given) + " cannot be given as an array");
        }
        Type raw = component instanceof ParameterizedType ? ((ParameterizedType) component).getRawType() : component;
        List<?> items = (List<?>) given;
        Object array = Array.newInstance(raw instanceof Class ? (Class<?>) raw : Object.class, items.size());
        for (int index = 0; index < items.size(); index++) {
            Array.set(array, index, convert(items.get(index), component));
        }
        return array;
    }

    private static Object collection(List<?> given, Class<?> type, Type inner) {
        @SuppressWarnings("unchecked")
        Collection<Object> made = (Collection<Object>) empty(type == Object.class ? List.class : type);
        for (Object item : given) {
            made.add(convert(item, inner));
        }
        return made;
    }

    private static Object map(Map<?, ?> given, Class<?> type, Type key, Type value) {
        @SuppressWarnings("unchecked")
        Map<Object, Object> made = (Map<Object, Object>) empty(type == Object.class ? Map.class : type);
        given.forEach((name, item) -> made.put(convert(name, key), convert(item, value)));
        return made;
    }

    private static Object empty(Class<?> type) {
        boolean concrete = !Modifier.isAbstract(type.getModifiers());
        for (Class<?> made : concrete ? List.<Class<?>>of(type) : USUAL) {
            try {
                if (type.isAssignableFrom(made)) {
                    return made.getDeclaredConstructor().newInstance();
                }
            } catch (ReflectiveOperationException error) {
                break;
            }
        }
        throw new IllegalArgumentException("a " + type.getSimpleName() + " cannot be made of JSON");
    }
}
