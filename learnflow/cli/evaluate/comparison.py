"""What changed between two reports: for each question better, worse or the same, and what it costs."""

from collections.abc import Iterator, Sequence

from rich.console import Console

from learnflow.cli.evaluate.report import Report, Result
from learnflow.cli.output import DASH, one_line, table
from learnflow.models.fields import Model


class Change(Model):
    """One question in both reports. Checks that hold no more, and that hold now; the other figures are new - old."""

    id: str
    question: str
    verdict: str
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    answer_changed: bool
    prompts: tuple[str | None, str | None]
    tokens: int
    price_usd: float
    latency_ms: int


def changes(old: Report, new: Report) -> tuple[Change, ...]:
    """Return what changed for the questions that both have, in the order of the new report."""
    before = {one.id: one for one in old.results}
    return tuple(_change(before[one.id], one) for one in new.results if one.id in before)


def only_in_one(old: Report, new: Report) -> int:
    """Return how many questions only one of the reports has."""
    return len({one.id for one in old.results} ^ {one.id for one in new.results})


def _change(old: Result, new: Result) -> Change:
    failed_before, failed_now = ({check.name for check in one.failed} for one in (old, new))
    lost, gained = failed_now - failed_before, failed_before - failed_now
    return Change(
        id=new.id,
        question=new.question,
        verdict="worse" if len(lost) > len(gained) else "better" if len(gained) > len(lost) else "same",
        lost=tuple(sorted(lost)),
        gained=tuple(sorted(gained)),
        answer_changed=old.answer != new.answer,
        prompts=(old.prompt, new.prompt),
        tokens=new.tokens - old.tokens,
        price_usd=round(new.price_usd - old.price_usd, 6),
        latency_ms=new.latency_ms - old.latency_ms,
    )


def show(console: Console, found: Sequence[Change], elsewhere: int) -> None:
    """Print the changes, the worst first, and the sums."""
    shown = table("verdict", "question", "checks", "prompt", "answer", "tokens", "ms", title="\nChanges")
    order = {"worse": 0, "better": 1, "same": 2}
    for one in sorted(found, key=lambda change: order[change.verdict]):
        old, new = one.prompts
        shown.add_row(
            one.verdict,
            one_line(one.question, 50),
            ", ".join(_checks(one)) or DASH,
            (new or DASH) if old == new else f"{old or DASH} → {new or DASH}",
            "changed" if one.answer_changed else "same",
            f"{one.tokens:+,}",
            f"{one.latency_ms:+,}",
        )
    console.print(shown)
    verdicts = [one.verdict for one in found]
    counts = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in order)
    tokens, price = sum(one.tokens for one in found), sum(one.price_usd for one in found)
    console.print(f"{counts}; {tokens:+,} tokens, {price:+.4f} US dollars")
    if elsewhere:
        console.print(f"{elsewhere} questions are in one of the reports only, and not compared")


def _checks(change: Change) -> Iterator[str]:
    yield from (f"-{name}" for name in change.lost)
    yield from (f"+{name}" for name in change.gained)
