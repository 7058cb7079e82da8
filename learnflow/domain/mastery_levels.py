"""Mastery levels as people read them. No clock, no I/O."""

from collections.abc import Mapping

from learnflow.domain.mastery import band

_ROUNDING = 1e-6  # 0.29 * 100 is 28.999999999999996


def hundredths(level: float) -> int:
    """Return a level's whole hundredths, rounded down: 0.849 is not 0.85, which would be mastered."""
    return int(level * 100 + _ROUNDING)


def decimals(level: float) -> str:
    """Return a level as teachers and programs write it: 0.84."""
    return f"{hundredths(level) / 100:.2f}"


def percent(level: float) -> str:
    """Return a level as students read it: 84%."""
    return f"{hundredths(level)}%"


def in_words(level: float) -> str:
    """Return a level and what it is called: 84% (learning)."""
    return f"{percent(level)} ({band(level)})"


def reached(topic: str, levels: Mapping[str, float]) -> str:
    """Tell a student how far they are with a topic; a level of 0 means that nothing was solved yet."""
    return f"you are at {in_words(levels[topic])}" if levels.get(topic) else "you have not shown me yet what you can do"
