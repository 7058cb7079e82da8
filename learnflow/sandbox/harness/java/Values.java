package learnflow;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.BaseStream;

/** What Java's values are in JSON. */
final class Values {
    private static final int DEEPEST = 200;
    private static final int LONGEST = 10_000;

    private Values() {}

    /** Returns the JSON of a value; an IllegalArgumentException for what has none. */
    static String json(Object value) {
        return json(value, 0);
    }

    private static String json(Object value, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("nested too deeply");
        }
        if (value == null || value instanceof Boolean || value instanceof BigInteger) {
            return String.valueOf(value);
        }
        if (value instanceof Number) {
            return number((Number) value);
        }
        if (value instanceof CharSequence || value instanceof Character) {
            return Json.quoted(value.toString());
        }
        if (value instanceof Enum) {
            return Json.quoted(((Enum<?>) value).name());
        }
        if (value instanceof Optional) {
            return json(((Optional<?>) value).orElse(null), depth + 1);
        }
        return compound(value, depth + 1);
    }

    private static String number(Number value) {
        double rounded = value.doubleValue();
        if (!(value instanceof BigDecimal) && (Double.isNaN(rounded) || Double.isInfinite(rounded))) {
            throw new IllegalArgumentException("no number of JSON");
        }
        return value.toString();
    }

    private static String compound(Object value, int depth) {
        if (value.getClass().isArray()) {
            List<Object> items = new ArrayList<>();
            for (int index = 0; index < Array.getLength(value); index++) {
                items.add(Array.get(value, index));
            }
            return list(items, depth);
        }
        if (value instanceof Set) {
            return list(sorted((Set<?>) value), depth);
        }
        if (value instanceof Collection) {
            return list((Collection<?>) value, depth);
        }
        if (value instanceof Map) {
            return map((Map<?, ?>) value, depth);
        }
        if (value instanceof BaseStream) {
            return list(some(((BaseStream<?, ?>) value).iterator()), depth);
        }
        if (value instanceof Iterator) {
            return list(some((Iterator<?>) value), depth);
        }
        throw new IllegalArgumentException("no JSON");
    }

    private static String list(Collection<?> items, int depth) {
        List<String> texts = new ArrayList<>();
        for (Object item : items) {
            texts.add(json(item, depth));
        }
        return "[" + String.join(",", texts) + "]";
    }

    private static String map(Map<?, ?> map, int depth) {
        List<String> texts = new ArrayList<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            Object key = entry.getKey();
            boolean text = key instanceof CharSequence || key instanceof Character || key instanceof Enum;
            String name = text ? json(key, depth) : Json.quoted(json(key, depth).replace(",", ", "));
            texts.add(name + ":" + json(entry.getValue(), depth));
        }
        return "{" + String.join(",", texts) + "}";
    }

    private static List<?> sorted(Set<?> items) {
        List<Object> sorted = new ArrayList<>(items);
        try {
            sorted.sort(null);
        } catch (ClassCastException | NullPointerException error) {
            sorted.sort((one, other) -> json(one).compareTo(json(other)));
        }
        return sorted;
    }

    private static List<Object> some(Iterator<?> items) {
        List<Object> found = new ArrayList<>();
        while (items.hasNext() && found.size() < LONGEST) {
            found.add(items.next());
        }
        return found;
    }
}
