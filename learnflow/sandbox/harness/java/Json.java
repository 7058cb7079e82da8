package learnflow;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON as maps, lists, texts, numbers (Long, BigInteger, BigDecimal), booleans and null; and quotes texts. */
final class Json {
    private final String text;
    private int place;

    private Json(String text) {
        this.text = text;
    }

    static Object read(String text) {
        return new Json(text).value();
    }

    private Object value() {
        skipBlanks();
        char first = text.charAt(place);
        switch (first) {
            case '{':
                return object();
            case '[':
                return list();
            case '"':
                return string();
            case 't':
                place += 4;
                return Boolean.TRUE;
            case 'f':
                place += 5;
                return Boolean.FALSE;
            case 'n':
                place += 4;
                return null;
            default:
                return number();
        }
    }

    private Map<String, Object> object() {
        Map<String, Object> found = new LinkedHashMap<>();
        while (more('}')) {
            skipBlanks();
            String name = string();
            skipBlanks();
            place++;
            found.put(name, value());
        }
        return found;
    }

    private List<Object> list() {
        List<Object> found = new ArrayList<>();
        while (more(']')) {
            found.add(value());
        }
        return found;
    }

    /** Steps over an opening bracket or a comma, and says whether another element comes. */
    private boolean more(char end) {
        skipBlanks();
        if (text.charAt(place) != end) {
            place++;
            skipBlanks();
        }
        if (text.charAt(place) != end) {
            return true;
        }
        place++;
        return false;
    }

    private String string() {
        StringBuilder found = new StringBuilder();
        for (place++; text.charAt(place) != '"'; place++) {
            char next = text.charAt(place);
            found.append(next == '\\' ? escaped() : next);
        }
        place++;
        return found.toString();
    }

    private char escaped() {
        char next = text.charAt(++place);
        switch (next) {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'u':
                place += 4;
                return (char) Integer.parseInt(text.substring(place - 3, place + 1), 16);
            default:
                return next;
        }
    }

    private Object number() {
        int start = place;
        while (place < text.length() && "+-.eE0123456789".indexOf(text.charAt(place)) >= 0) {
            place++;
        }
        String digits = text.substring(start, place);
        if (digits.matches("-?[0-9]+")) {
            BigInteger whole = new BigInteger(digits);
            return whole.bitLength() < Long.SIZE ? (Object) whole.longValue() : whole;
        }
        return new BigDecimal(digits);
    }

    private void skipBlanks() {
        while (Character.isWhitespace(text.charAt(place))) {
            place++;
        }
    }

    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int index = 0; index < text.length(); index++) {
            char next = text.charAt(index);
            if (next == '"' || next == '\\') {
                quoted.append('\\').append(next);
            } else if (next < ' ' || next > '~') {
                quoted.append(String.format("\\u%04x", (int) next));
            } else {
                quoted.append(next);
            }
        }
        return quoted.append('"').toString();
    }
}
