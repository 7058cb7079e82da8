import java.util.*;
import java.util.stream.*;

public class Main {
    static int add(int one, int other) { return one + other; }

    public static void main(String[] arguments) {
        Scanner in = new Scanner(System.in);
        Map<String, Integer> counts = new TreeMap<>(new HashMap<>());
        List<Integer> numbers = new ArrayList<>();
        while (in.hasNextInt()) {
            numbers.add(add(in.nextInt(), 1));
            counts.merge("n", 1, Integer::sum);
        }
        String text = numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
        System.out.printf("%s %d %.2f%n", text, counts.get("n"), Math.sqrt(2));
        throw new IllegalStateException(new StringBuilder(text).reverse().toString());
    }
}
