"""What a complaint makes likely in code of any language: numbers that are not exact."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from learnflow.code_analysis.finding import Finding
from learnflow.code_analysis.python_tree import PythonTree
from learnflow.code_analysis.rule import Example, Match, rule
from learnflow.code_analysis.syntax_tree import SyntaxTree
from learnflow.models.vocabulary import Language

_FRACTION: Final = re.compile(r"\d\.\d|double|float|/")


@rule(
    "inexact-result", *Language, topic="data-types",
    complaint=r"\d\.\d{12,}|\b0\.1 ?\+ ?0\.2\b|\b0\.3\b.{0,40}\b0\.1\b.{0,20}\b0\.2\b",
    message="floats are stored in binary, and most fractions, 0.1 and 0.2 among them, have no exact binary form. So a sum can be off in the last digit, 0.30000000000000004 for 0.1 + 0.2. It is no mistake of yours or of the computer: it is so in nearly every language.",
    fix="Round where you show it (`round(x, 2)` in Python), compare with a tolerance (`math.isclose(a, b)`) instead of `==`, and for money count in cents or use a decimal type.",
    beneath="A float (IEEE 754) is a whole number of 53 bits times a power of two; what is printed is the shortest decimal that gives that float back.",
    examples=(Example(Language.JAVASCRIPT, "console.log(0.1 + 0.2);", "console.log(3);", "it shows 0.30000000000000004"),),
)  # fmt: skip
def inexact_result(tree: PythonTree | SyntaxTree) -> Iterator[Match]:
    lines = (number for number, line in enumerate(tree.code.splitlines(), start=1) if _FRACTION.search(line))
    yield from (Match(number) for number in islice(lines, 1))


def by_words_alone(complaint: str) -> tuple[Finding, ...]:
    """Return what a complaint tells by itself, without any code."""
    return (Finding(inexact_result, 1),) if re.search(inexact_result.complaint, complaint) else ()
