"""What a student says that a program should print, and what it prints instead, read off the words of a question.

"should be 4", "gives 3, 33, 333 instead of 3, 6, 9", "`add(2, 3)` returns None, expected 5", a doctest. No I/O.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

_NUMBER: Final = r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w%]|\.\w)"
_VALUE: Final = "|".join((
    r"```[^\n`]*\n(?P<block>.+?)\n?```", r"`(?P<code>[^`\n]+)`", r"\"(?P<double>[^\"\n]*)\"",
    r"(?<!\w)'(?P<single>[^'\n]*)'(?!\w)", r"(?<!\w)(?P<list>\[[^\[\]\n]*\]|\{[^{}\n]*\}|\((?:[^()\n]*,[^()\n]*)\))",
    rf"(?<![\w.])(?P<numbers>{_NUMBER}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|[ \t]+){_NUMBER})*)",
    r"\b(?P<name>None|True|False|true|false|null|undefined|NaN|nan|nothing)\b",
))  # fmt: skip
_RESULT: Final = r"(?:output|result|answer|value|sum|total|average|mean|count|number|it|this|that)"
_DO: Final = r"(?:be|equal|print|give|return|output|show|say|display|produce|get|see|become|come out as|have been)"
_DOES: Final = (
    r"(?:giv(?:es?|ing)|gave|outputs?|outputting|sa(?:ys|id)|produc(?:es?|ed|ing)|comes? out as|results? in"
    r"|got|get|getting|(?:print|return|show|display)(?:s|ed|ing)?|saw|see|seeing|equals|becomes|prints out)"
)
_LEADS: Final = {
    "expect": (
        rf"(?:should(?:\s+(?:have|\w+ly))?\s+{_DO}|(?:supposed|ought|meant)\s+to\s+{_DO}|must\s+{_DO}"
        rf"|(?:desired|expected|correct|right|wanted|wished)(?:\s+{_RESULT}){{0,2}}(?:\s+(?:is|was|would\s+be|should\s+be))?"
        rf"|(?:would\s+like|expect(?:ed|ing|s)?|want(?:ed)?|hoped?)(?:\s+(?:{_RESULT}|for))?(?:\s+to\s+{_DO})?)"
    ),
    "actual": rf"(?:{_DOES}|actual(?:ly)?(?:\s+{_RESULT})?(?:\s+(?:is|was))?)",
    "weak": r"(?:is|are|was|were)",
    "contrast": r"(?:instead\s+of|rather\s+than|(?:and|but)?\s*not|as\s+opposed\s+to)",
}
_CALL: Final = r"(?P<call>\b[A-Za-z_][\w.]*\((?:[^()\n]|\([^()\n]*\))*\))"
_TIMES: Final = re.compile(r"\s+(?P<times>two|three|four|five|six|seven|eight|nine|ten|\d{1,2}|twice)(?:\s+times)?\b")
_STOP: Final = r"(?P<stop>[.?!;](?=\s|$)|\n\s*\n|\b\d+\s*(?:to|through|until|\.\.\.?)\s*\d+)"  # or a span: "1 to 10"
_TOKEN: Final = re.compile(
    "|".join((rf"`?{_CALL}`?", _STOP, *(rf"(?P<{kind}>\b{lead}\b)\s*:?" for kind, lead in _LEADS.items()), _VALUE,
              r"(?P<word>[^\W_][\w'-]*)")), re.IGNORECASE | re.DOTALL,
)  # fmt: skip
_AFTER: Final = re.compile(
    r"\W*$|\s*[.,;:!?)\n\"'`-]|\s+(?:but|instead|when|for|because|as|not|rather|if|since|while|with|at|in|on|it|i|so|why|and"
    r"|what|how|where|then|after|or|every|each|though|yet|however|my|the|this|that|is|gives?|comes?|should|here|now|only)\b",
    re.IGNORECASE,
)
_NO_VALUE_AFTER: Final = frozenset({
    "line", "lines", "version", "python", "step", "task", "exercise", "question", "part", "problem", "number", "java",
    "chapter", "page", "case", "test", "input", "enter", "entered", "type", "typed",
})  # fmt: skip
_COUNTS: Final = {
    "twice": 2, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_MESSAGE: Final = re.compile(r"^.*\b\w*(?:Error|Exception)\b:.*$", re.MULTILINE)  # which has an "expected" of its own
_BETWEEN: Final = 2  # words between "should be" and its value
_LONGEST: Final = 4_000  # characters that are read
_MOST_REPEATED: Final = 20
_DOCTEST: Final = re.compile(
    r"^[ \t]*>>>[ \t]*(?P<call>[^\n]+)\n(?P<output>[ \t]*(?!>>>|\.\.\.)\S[^\n]*)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What should come, and what comes instead where that is told; of `call`, or of the whole program without one."""

    expected: str
    actual: str | None = None
    call: str | None = None

    def is_met(self, output: str) -> bool:
        """Say whether an output is what should come, and does not go on showing what comes instead."""
        goes_on = self.actual and not shows(self.expected, self.actual) and shows(output, self.actual)
        return meets(output, self.expected) and not goes_on


class _Role(Enum):
    EXPECTED = auto()
    ACTUAL = auto()
    CONTRASTED = auto()
    WEAK = auto()  # "is": what comes, where something else is expected in the same sentence
    OTHER = auto()


@dataclass(slots=True)
class _Reading:
    """What has been read of a text so far."""

    expected: list[str]
    actual: list[str]
    weak: list[str]
    contrasted: list[str]  # expected if something else comes: "instead of 3"
    calls: list[str]


def expectation(prose: str) -> Expectation | None:
    """Return what the words of a question expect; None where nothing is said, or several things that differ."""
    reading = _read(_MESSAGE.sub("", prose[:_LONGEST]))
    comes = reading.actual or reading.weak
    expected, calls = {*reading.expected, *(reading.contrasted if comes else ())}, set(reading.calls)
    if len(expected) != 1 or len(calls) > 1:
        return None
    actual = set(comes)
    wanted, call = expected.pop(), next(iter(calls), None)
    given = actual.pop() if len(actual) == 1 else None
    return Expectation(wanted, None if given == wanted else given, call)


def expectations(prose: str, code: str | None = None) -> tuple[Expectation, ...]:
    """Return all that is expected: each doctest, or what the words say."""
    tested = tuple(_doctests(f"{prose}\n{code or ''}"[:_LONGEST]))
    only = None if tested else expectation(prose)
    return tested or ((only,) if only else ())


def _doctests(text: str) -> Iterator[Expectation]:
    for match in _DOCTEST.finditer(text):
        if re.fullmatch(_CALL, match["call"].strip()):
            yield Expectation(match["output"].strip(), call=match["call"].strip())


def _read(text: str) -> _Reading:
    reading, role, distance, before = _Reading([], [], [], [], []), _Role.OTHER, 0, ""
    last = _Role.OTHER  # of the last value in this sentence
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind == "stop":
            role = last = _Role.OTHER
        elif kind == "contrast":
            role = _Role.ACTUAL if last is _Role.EXPECTED else _Role.CONTRASTED
            distance = 0
        elif kind in _LEADS:
            role, distance = {"expect": _Role.EXPECTED, "actual": _Role.ACTUAL, "weak": _Role.WEAK}[kind], 0
        elif kind == "word":
            distance += 1
            role = role if distance <= _BETWEEN else _Role.OTHER
        elif kind == "call":
            reading.calls.append(match["call"])
        elif (value := _value(text, match)) is not None and before not in _NO_VALUE_AFTER:
            last, role = _kept(reading, role, value), _Role.OTHER
        before = match[0].lower() if kind == "word" else ""
    return reading


def _kept(reading: _Reading, role: _Role, value: str) -> _Role:
    """Keep a value by its role, and return that."""
    lists = {
        _Role.EXPECTED: reading.expected, _Role.ACTUAL: reading.actual, _Role.WEAK: reading.weak,
        _Role.CONTRASTED: reading.contrasted,
    }  # fmt: skip
    if role in lists:
        lists[role].append(value)
    return role


def _value(text: str, match: re.Match[str]) -> str | None:
    """Return a value as it would be printed; None for a number that only counts things ("10 numbers")."""
    value, rest = match[match.lastgroup or ""], text[match.end() :]
    if match.lastgroup != "numbers":
        return "" if value == "nothing" else value
    times = _TIMES.match(rest)
    if times and (word := times["times"].lower()) and (word == "twice" or "times" in times[0]):
        count = _COUNTS.get(word) or int(word)
        return " ".join([value] * count) if count <= _MOST_REPEATED else None
    return " ".join(re.findall(_NUMBER, value)) if _AFTER.match(rest) else None


def shows(output: str, value: str) -> bool:
    """Say whether an output shows a value somewhere; digits that were left out count as shown."""
    wanted, tokens = _tokens(value), _tokens(output)
    return not wanted or any(
        all(map(_same, wanted, tokens[start:])) for start in range(len(tokens) - len(wanted) + 1)
    )  # fmt: skip


def meets(output: str, expected: str) -> bool:
    """Say whether an output is what was expected, with words around it at most.

    What stands on one line must be the last of its kind; what is a list must be printed as one; what stands on several
    lines must not go on before or after.
    """
    lines = [line.strip() for line in output.strip().splitlines()]
    if not expected:
        return not lines
    if _squeezed(output) == _squeezed(expected):
        return True
    if expected[0] in "[{(":
        return any(_squeezed(line).endswith(_squeezed(expected)) for line in lines)
    wanted = _tokens(expected)
    if all(_is_number(token) for token in wanted):
        return _meets_numbers(lines, wanted)
    told = [line.strip() for line in expected.strip().splitlines()]
    return any(
        all(line.endswith(text) for line, text in zip(lines[start:], told, strict=False))
        for start in range(len(lines) - len(told) + 1)
    )


def meets_to_the_letter(output: str, expected: str) -> bool:
    """Say whether an output is what was expected, with all numbers as they were written: 3 is not 3.0."""
    wanted = _tokens(expected)
    return meets(output, expected) and _tokens(output)[-len(wanted) :] == wanted


def _meets_numbers(lines: list[str], wanted: list[str]) -> bool:
    numbers = [[token for token in _tokens(line) if _is_number(token)] for line in lines]
    filled = [(line, found) for line, found in zip(lines, numbers, strict=True) if found]
    if filled and _equal(filled[-1][1], wanted):
        return True
    flat = [found[-1] for _, found in filled]
    alone = [len(found) == 1 for _, found in filled]
    starts = range(len(filled) - len(wanted) + 1)
    fits = [start for start in starts if _equal(flat[start : start + len(wanted)], wanted)]
    return len(wanted) > 1 and any(
        all(alone[start + 1 : start + len(wanted)]) and start + len(wanted) == len(filled)
        and not (start and alone[start - 1])
        for start in fits
    )  # fmt: skip


def _equal(found: list[str], wanted: list[str]) -> bool:
    return len(found) == len(wanted) and all(map(_same, wanted, found))


def _same(wanted: str, found: str) -> bool:
    """Compare numbers as far as the student wrote their decimals, rounded or cut; all else as text."""
    if not (_is_number(wanted) and _is_number(found)):
        return wanted.strip("'\"") == found.strip("'\"")
    first, second = float(wanted), float(found)
    decimals = len(wanted.partition(".")[2])
    if not decimals or "e" in wanted:
        return first == second
    return round(second, decimals) == first or int(second * 10**decimals) / 10**decimals == first


def _tokens(text: str) -> list[str]:
    return re.findall(rf"(?<![\w.]){_NUMBER}|[^\W_]+", text)


def _is_number(token: str) -> bool:
    return re.fullmatch(_NUMBER, token) is not None and token.strip("+-")[:1].isdigit()


def _squeezed(text: str) -> str:
    return "".join(text.split()).replace('"', "'")
