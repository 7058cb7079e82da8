"""Which lines are likely at fault: those that ran where cases fail, and not where they pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from learnflow.repair.probes import line_scores


@dataclass(frozen=True, slots=True)
class CaseCoverage:
    """Which statements ran for a case, by their numbers, and whether it passed."""

    ran: frozenset[int]
    passed: bool


def ochiai(number: int, cases: Sequence[CaseCoverage]) -> float:
    """Return how suspicious a statement is, from 0 to 1.

    Ochiai: Abreu, Zoeteweij and van Gemund, "On the accuracy of spectrum-based fault localization", 2007.
    """
    failing = sum(not case.passed for case in cases)
    ran_failing = sum(number in case.ran for case in cases if not case.passed)
    ran = sum(number in case.ran for case in cases)
    return ran_failing / sqrt(failing * ran) if ran_failing else 0.0


def suspicion(spans: tuple[tuple[int, int], ...], cases: Sequence[CaseCoverage]) -> dict[int, float]:
    """Return how suspicious each line of a program is; a line without a statement is not there."""
    return line_scores(spans, lambda number: ochiai(number, cases))


def ran_in(printed: str) -> frozenset[int]:
    """Return the numbers that a bit map in hexadecimal holds."""
    bits = int(printed or "0", 16)
    return frozenset(number for number in range(bits.bit_length()) if bits >> number & 1)
