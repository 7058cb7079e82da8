"""What a student says that should come, read off the words of a question; nothing where they are unsure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnflow.tutor.proof import Expectation, expectation, expectations, meets, shows

SAID = [
    ("My average is 3.33 but should be 4", Expectation("4", "3.33")),
    ("3 gives 3, 33, 333 instead of 3, 6, 9", Expectation("3 6 9", "3 33 333")),
    ("expected [1, 2]", Expectation("[1, 2]")),
    ("prints 3 three times, I want 0, 1, 2", Expectation("0 1 2", "3 3 3")),
    ("I want 0, 1, 2 instead of 3 3 3", Expectation("0 1 2", "3 3 3")),
    ("f(3) returns 5 but should return 6", Expectation("6", "5", "f(3)")),
    ("`add(2, 3)` returns None, expected 5", Expectation("5", "None", "add(2, 3)")),
    ("Why is it 3 and not 4?", Expectation("4", "3")),
    ("the sum should be 10, not 9", Expectation("10", "9")),
    ("Instead of 5 I get 4", Expectation("5", "4")),
    ("Expected output: 5\nActual output: 4", Expectation("5", "4")),
    ("when I type 5 it gives 24 rather than 120", Expectation("120", "24")),
    ("It should be 'olleh' but I got 'hello'", Expectation("olleh", "hello")),
    ("the output should be\n```\n1\n2\n3\n```\nbut it is 1", Expectation("1\n2\n3", "1")),
    ("it only gives me 4. The right answer is 5.", Expectation("5", "4")),
    ("I'm getting 5 but I'm expecting 6", Expectation("6", "5")),
    ("it is supposed to print 7", Expectation("7")),
]
UNSURE = [
    "Explain loops", "what should I do?", "It prints None, why?", "the error is in line 3",
    "I expected it to print 10 numbers", "I want to print 1 to 10", "I need help with 3 tasks",
    "it should be 4 or should be 5, I do not know", "Is the threshold not 100?", "Why `while` instead of `for`?",
    "ValueError: too many values to unpack (expected 4)", "tell me why you wrote code like line 119",
    "I changed it to 30 instead of 40", "Can you review my code? I use Python 3", "",
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), SAID, ids=[text[:30] for text, _ in SAID])
def test_what_was_said_is_read(text: str, expected: Expectation) -> None:
    assert expectation(text) == expected


@pytest.mark.parametrize("text", UNSURE)
def test_nothing_is_read_where_nothing_is_sure(text: str) -> None:
    assert expectation(text) is None


def test_doctests_say_what_calls_give() -> None:
    code = 'def f(n):\n    """Double.\n\n    >>> f(2)\n    4\n    >>> f(3)\n    6\n    """\n    return n + n'
    assert expectations("It fails", code) == (Expectation("4", call="f(2)"), Expectation("6", call="f(3)"))


@given(st.integers(-999, 999), st.integers(-999, 999))
def test_any_two_numbers_are_told_apart(actual: int, expected: int) -> None:
    told = expectation(f"My program prints {actual} but it should print {expected}.")
    assert told == Expectation(str(expected), None if actual == expected else str(actual))


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    told = expectation(text)
    assert told is None or isinstance(told.expected, str)


@given(st.lists(st.integers(-99, 99), min_size=2, max_size=6))
def test_a_list_is_met_on_one_line_and_on_several_but_not_with_more(numbers: list[int]) -> None:
    expected = " ".join(map(str, numbers))
    assert meets(expected, expected)
    assert meets("\n".join(map(str, numbers)), expected)
    assert not meets(f"{expected} 100", expected)
    assert not meets("\n".join(map(str, [*numbers, 100])), expected)


@pytest.mark.parametrize(
    ("output", "expected", "is_met"),
    [
        ("4.0\n", "4", True), ("The average is 4.0\n", "4", True), ("14\n", "4", False), ("4\n5\n", "4", False),
        ("3.3333\n", "3.33", True), ("3.4\n", "3.33", False), ("[1, 2]\n", "[1,2]", True), ("1 2\n", "[1, 2]", False),
        ("olleh\n", "olleh", True), ("hello\n", "olleh", False), ("", "", True), ("x\n", "", False),
        ("Enter n: 3\n6\n9\n", "3 6 9", True), ("2\n3\n6\n9\n", "3 6 9", False), ("None\n", "None", True),
    ],
)  # fmt: skip
def test_an_output_meets_what_was_expected_with_words_around_it_at_most(
    output: str, expected: str, *, is_met: bool
) -> None:
    assert meets(output, expected) is is_met


@pytest.mark.parametrize(
    ("output", "expected", "actual", "is_met"),
    [
        ("5\n12\n14\n", "14", "5 12 14", False),
        ("14\n", "14", "5 12 14", True),
        ("3\n6\n9\n", "3 6 9", "3", True),
        ("14\n", "14", None, True),
    ],
)
def test_what_goes_on_as_before_is_not_what_should_come(
    output: str, expected: str, actual: str | None, *, is_met: bool
) -> None:
    assert Expectation(expected, actual).is_met(output) is is_met


def test_digits_that_were_left_out_count_as_shown() -> None:
    assert shows("3.3333333333333335", "3.33")
    assert not shows("3.4", "3.33")
