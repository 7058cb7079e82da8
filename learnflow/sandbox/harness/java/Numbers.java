package learnflow;

import java.math.BigDecimal;
import java.math.BigInteger;

/** Turns a number of JSON into a number of Java, where nothing of it is lost. */
final class Numbers {
    private Numbers() {}

    static boolean isNumber(Class<?> type) {
        return Number.class.isAssignableFrom(type)
                || type.isPrimitive() && type != char.class && type != boolean.class;
    }

    /** Returns the number, or null when the type cannot hold it. */
    static Object of(BigDecimal given, Class<?> type) {
        if (type == double.class || type == Double.class) {
            return given.doubleValue();
        }
        if (type == float.class || type == Float.class) {
            return given.floatValue();
        }
        if (type == BigDecimal.class) {
            return given;
        }
        try {
            return type.isPrimitive() || type.getSuperclass() == Number.class ? exact(given, type) : natural(given);
        } catch (ArithmeticException error) {
            return null;
        }
    }

    private static Object exact(BigDecimal given, Class<?> type) {
        if (type == int.class || type == Integer.class) {
            return given.intValueExact();
        }
        if (type == long.class || type == Long.class) {
            return given.longValueExact();
        }
        if (type == short.class || type == Short.class) {
            return given.shortValueExact();
        }
        if (type == byte.class || type == Byte.class) {
            return given.byteValueExact();
        }
        return type == BigInteger.class ? given.toBigIntegerExact() : null;
    }

    /** Returns the number as a literal of Java would be: an int, if need be a long, or a double. */
    static Object natural(BigDecimal given) {
        if (given.scale() != 0) {
            return given.doubleValue();
        }
        BigInteger whole = given.unscaledValue();
        if (whole.bitLength() < Integer.SIZE) {
            return whole.intValue();
        }
        return whole.bitLength() < Long.SIZE ? (Object) whole.longValue() : whole;
    }
}
