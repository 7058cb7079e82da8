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
    before = {result.id: result for result in old.results}
    return tuple(_change(before[result.id], result) for result in new.results if result.id in before)


def only_in_one(old: Report, new: Report) -> int:
    """Return how many questions only one of the reports has."""
    return len({result.id for result in old.results} ^ {result.id for result in new.results})


def _change(old: Result, new: Result) -> Change:
    failed_before, failed_now = ({check.name for check in result.failed} for result in (old, new))
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


def show(console: Console, compared: Sequence[Change], elsewhere: int) -> None:
    """Print the changes, the worst first, and the sums."""
    shown = table("verdict", "question", "checks", "prompt", "answer", "tokens", "ms", title="\nChanges")
    order = {"worse": 0, "better": 1, "same": 2}
    for change in sorted(compared, key=lambda change: order[change.verdict]):
        old, new = change.prompts
        prompt = (new or DASH) if old == new else f"{old or DASH} → {new or DASH}"
        answer = "changed" if change.answer_changed else "same"
        which = (change.verdict, one_line(change.question, 50), ", ".join(_checks(change)) or DASH)
        shown.add_row(*which, prompt, answer, f"{change.tokens:+,}", f"{change.latency_ms:+,}")
    console.print(shown)
    verdicts = [change.verdict for change in compared]
    counts = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in order)
    tokens, price = sum(change.tokens for change in compared), sum(change.price_usd for change in compared)
    console.print(f"{counts}; {tokens:+,} tokens, {price:+.4f} US dollars")
    if elsewhere:
        console.print(f"{elsewhere} questions are in one of the reports only, and not compared")


def _checks(change: Change) -> Iterator[str]:
    yield from (f"-{name}" for name in change.lost)
    yield from (f"+{name}" for name in change.gained)
