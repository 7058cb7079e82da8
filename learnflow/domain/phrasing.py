"""Counts and lists as a sentence has them. No clock, no I/O."""

from collections.abc import Sequence


def many(count: int, what: str) -> str:
    """Return a count of something: 1 topic, 2 topics."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def together(names: Sequence[str], most: int = 6) -> str:
    """Return names as one phrase: a, b and c; so many at the most."""
    phrases = list(names) if len(names) <= most else [*names[: most - 1], f"{len(names) - most + 1} more"]
    return " and ".join(filter(None, (", ".join(phrases[:-1]), *phrases[-1:])))


def one_line(text: str, longest: int = 60) -> str:
    """Return a text on one line, cut where it is long."""
    flat = " ".join(text.split()).replace("`", "'")
    return flat if len(flat) <= longest else flat[: longest - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
