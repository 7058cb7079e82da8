"""What the demo prints: each outcome as it comes, then a summary."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from rich.console import Console
from rich.markup import escape

from learnflow.cli.demo.questions import Expected
from learnflow.cli.demo.run import Outcome
from learnflow.cli.event_summary import changed
from learnflow.cli.output import one_line, table


@dataclass(frozen=True, slots=True)
class Summary:
    """The demo in figures. `problems` is empty when everything held."""

    outcomes: Sequence[Outcome]
    rows: dict[str, int]
    first_answer_s: float | None
    problems: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """Return the figures: every question is counted in exactly one of the four."""
        answered = [o for o in self.outcomes if o.answered]
        failed = sum(o.failed for o in self.outcomes)
        buried = sum(o.response is None and o.dead_letter is not None for o in self.outcomes)
        return {
            "questions": len(self.outcomes),
            "answered": len(answered),
            "failed": failed,
            "unanswered": len(self.outcomes) - len(answered) - failed - buried,
            "dead_letters": buried,
            "rows": self.rows,
            "first_answer_s": None if self.first_answer_s is None else round(self.first_answer_s, 2),
            "latency_ms": _latency([o.seconds * 1000 for o in answered]),
        }


def problems(outcomes: Sequence[Outcome], learned: Iterable[Mapping[str, Any]]) -> list[str]:
    """Say which questions did not become what they must, and what was not learned of the students."""
    types = {event["event_type"] for event in learned}
    expected = ("student.struggle.detected", "mastery.level.updated")
    return [f"there was no {name}" for name in expected if name not in types] + [
        f"{o.question.student}: {one_line(o.question.title, 60)!r} should be {must}, is {outcome}"
        for o in outcomes
        for must, outcome in ((o.question.expected, _became(o)), (o.question.verdict, _verdict(o)))
        if must != outcome
    ]


def _verdict(outcome: Outcome) -> str | None:
    """Return how a submission was graded; None for what is no submission."""
    metadata = outcome.response["payload"].get("metadata") if outcome.response else None
    verdict: str | None = (metadata or {}).get("verdict")
    return verdict


def _became(outcome: Outcome) -> str:
    if outcome.answered:
        return Expected.ANSWERED
    if outcome.failed:
        return Expected.FAILED
    return Expected.DEAD_LETTER if outcome.dead_letter is not None else "unanswered"


def _latency(milliseconds: list[float]) -> dict[str, float | None]:
    if len(milliseconds) < 2:  # noqa: PLR2004 - quantiles need two
        only = round(milliseconds[0], 1) if milliseconds else None
        return {"p50": only, "p99": only}
    cuts = quantiles(milliseconds, n=100, method="inclusive")
    return {"p50": round(cuts[49], 1), "p99": round(cuts[98], 1)}


def show(console: Console, outcome: Outcome) -> None:
    """Print one outcome: who asked what, who answered how fast, and the beginning of the answer."""
    question = f"[bold]{outcome.question.student:6}[/] {escape(one_line(outcome.question.title, 80))}"
    if outcome.answered and outcome.response:
        payload = outcome.response["payload"]
        text = escape(one_line(payload["response_text"], 110))
        speed = f"{outcome.seconds * 1000:.0f} ms"
        console.print(f"{question}\n       [green]{payload['agent_name']}[/] {speed}  {text}")
    elif outcome.response:
        console.print(
            f"{question}\n       [yellow]failed[/]  {escape(one_line(outcome.response['payload']['reason']))}"
        )
    else:
        console.print(f"{question}\n       [red]dead letter[/]  {escape(one_line(outcome.dead_letter or ''))}")


def show_struggle(console: Console, event: dict[str, Any]) -> None:
    """Print a struggle as it is detected."""
    struggle = event["payload"]
    console.print(
        f"[bold]{event['student_id']:6}[/] [magenta]struggles[/] with {struggle['topic']} "
        f"({struggle['struggle_level']}: {struggle['query_count']} similar questions): {struggle['recommendation']}"
    )


def show_level(console: Console, event: dict[str, Any]) -> None:
    """Print a mastery level as it changes."""
    level = event["payload"]
    console.print(
        f"[bold]{event['student_id']:6}[/] [cyan]{level['topic']}[/] "
        f"{changed(level['old_level'], level['new_level'])}: {escape(level['reason'])}"
    )


def print_summary(console: Console, summary: Summary) -> None:
    """Print the figures, and what did not hold."""
    figures = summary.as_json()
    summary_table = table("", "", title="\nSummary")
    for name in ("questions", "answered", "failed", "dead_letters", "unanswered"):
        summary_table.add_row(name.replace("_", " "), str(figures[name]))
    summary_table.add_row("first answer", f"{figures['first_answer_s']} s after the start")
    summary_table.add_row("latency", f"median {figures['latency_ms']['p50']} ms, p99 {figures['latency_ms']['p99']} ms")
    summary_table.add_row("rows", ", ".join(f"{name} {count}" for name, count in summary.rows.items() if count))
    console.print(summary_table)
    for problem in summary.problems:
        console.print(f"[red]does not hold:[/] {escape(problem)}")
    if not summary.problems:
        console.print(
            "Everything held: every good question answered, every bad one accounted for, "
            "and PostgreSQL holds what the topics say."
        )
