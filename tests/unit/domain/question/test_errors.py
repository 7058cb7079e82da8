"""The line that a trace points to, in the six languages."""

import pytest

from learnflow.domain.question.errors import traced_line

PYTHON = """Traceback (most recent call last):
  File "m.py", line 9, in <module>
  File "m.py", line 4, in mean
  File "/usr/lib/python3.11/statistics.py", line 327, in mean
statistics.StatisticsError: mean requires at least one data point"""
NODE = """/home/ada/shop.js:3
  return cart.items.length;
              ^

TypeError: Cannot read properties of undefined (reading 'items')
    at total (/home/ada/shop.js:3:15)
    at Object.<anonymous> (/home/ada/shop.js:8:1)
    at Module._compile (node:internal/modules/cjs/loader:1554:14)"""
NODE_INSIDE = """TypeError: Reduce of empty array with no initial value
    at Array.reduce (<anonymous>)
    at node:internal/x.js:11:2
    at sum (shop.js:5:12)"""
JAVA = """Exception in thread "main" java.lang.IndexOutOfBoundsException: Index 0 out of bounds for length 0
	at java.base/jdk.internal.util.Preconditions.outOfBounds(Preconditions.java:100)
	at java.base/java.util.ArrayList.get(ArrayList.java:427)
	at Main.first(Main.java:7)
	at Main.main(Main.java:12)"""
JAVAC = "Main.java:7: error: ';' expected\n        int x = 3\n                 ^\n1 error"
CPP = """In file included from /usr/include/c++/12/vector:64,
                 from main.cpp:1:
/usr/include/c++/12/bits/stl_vector.h:120:3: error: no match
main.cpp: In function 'int main()':
main.cpp:4:9: warning: unused variable 'x'
main.cpp:5:3: error: 'totl' was not declared in this scope"""
GO = """panic: runtime error: index out of range [3] with length 3

goroutine 1 [running]:
runtime.main()
	/usr/local/go/src/runtime/panic.go:88 +0x1d
main.last(...)
	/home/ada/main.go:9 +0x1d
main.main()
	/home/ada/main.go:14 +0x1d"""
RUSTC = "error[E0382]: borrow of moved value: `s`\n --> src/main.rs:4:15\n  |\n2 |     let s = String::new();"
RUST = "thread 'main' panicked at src/main.rs:6:20:\nindex out of bounds: the len is 3 but the index is 5"
RUST_LIBRARY = "   0: rust_panic\n   at /rustc/90b35a/library/std/src/panicking.rs:645:5\n   at ./src/main.rs:8:3"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (PYTHON, 4), (NODE, 3), (NODE_INSIDE, 5), (JAVA, 7), (JAVAC, 7), (CPP, 5), ("./main.go:9:2: declared", 9),
        (GO, 9), (RUSTC, 4), (RUST, 6), (RUST_LIBRARY, 8), ("it fails in line 12", 12), ("no place at all", None),
        ('File "<stdin>", line 3, in <module>', 3), ("see https://example.com:80", None),
    ],
)  # fmt: skip
def test_the_place_is_the_students_own(text: str, line: int | None) -> None:
    assert traced_line(text) == line
