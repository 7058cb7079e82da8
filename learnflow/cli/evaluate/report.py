"""The report of an evaluation, as JSON and as Markdown, and what changed between two of them."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import click
from pydantic import NonNegativeFloat, NonNegativeInt, ValidationError
from rich.console import Console

from learnflow.cli.evaluate.outcome import Check, Outcome
from learnflow.cli.evaluate.questions import Question
from learnflow.cli.output import DASH, one_line, table
from learnflow.domain.health.recent_questions import quantile
from learnflow.models.events.responses import ResponseCompleted
from learnflow.models.fields import JsonObject, Model, explain

_FENCES: Final = re.compile(r"`{3,}")


class Result(Model):
    """What became of a question. Tokens, price in US dollars, and milliseconds are of all its agents together."""

    id: str
    question: str
    agent: str
    intent: str
    topic: str
    confidence: float
    answer: str
    code_examples: tuple[str, ...] = ()
    model: str | None = None
    prompt: str | None = None
    tokens: NonNegativeInt = 0
    price_usd: NonNegativeFloat = 0.0
    latency_ms: NonNegativeInt
    checks: tuple[Check, ...]

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that do not hold."""
        return tuple(check for check in self.checks if not check.passed)


class Totals(Model):
    """The totals of a report."""

    questions: NonNegativeInt
    passed: NonNegativeInt
    pass_rate: float
    checks: NonNegativeInt
    checks_failed: NonNegativeInt
    tokens: NonNegativeInt
    price_usd: NonNegativeFloat
    median_ms: NonNegativeInt
    p95_ms: NonNegativeInt


class Report(Model):
    """The results in the order of the questions, and what code could not be run for, if so."""

    results: tuple[Result, ...]
    totals: Totals
    sandbox_problem: str | None = None


def result(question: Question, outcome: Outcome, checks: tuple[Check, ...]) -> Result:
    """Return what the report says of a question."""
    answer, decision = outcome.response, outcome.decision
    usage = (*decision.usage, *answer.usage)
    completed = answer if isinstance(answer, ResponseCompleted) else None
    return Result(
        id=question.id,
        question=question.query_text,
        agent=answer.agent_name,
        intent=str(decision.intent),
        topic=str(decision.topic),
        confidence=round(decision.confidence, 2),
        answer=completed.response_text if completed else f"(failed) {checks[0].found}",
        code_examples=completed.code_examples if completed else (),
        model=completed.claude_model if completed else None,
        prompt=_prompt((completed and completed.metadata) or {}),
        tokens=sum(call.input_tokens + call.output_tokens for call in usage)
        or ((completed and completed.token_count) or 0),
        price_usd=round(sum(call.price_usd for call in usage), 6),
        latency_ms=outcome.milliseconds,
        checks=checks,
    )


def report(results: Sequence[Result], sandbox_problem: str | None) -> Report:
    """Return the report of results, of which there is at least result."""
    times = sorted(result.latency_ms for result in results)
    passed = sum(not result.failed for result in results)
    totals = Totals(
        questions=len(results),
        passed=passed,
        pass_rate=round(passed / len(results), 4),
        checks=sum(len(result.checks) for result in results),
        checks_failed=sum(len(result.failed) for result in results),
        tokens=sum(result.tokens for result in results),
        price_usd=round(sum(result.price_usd for result in results), 6),
        median_ms=times[(len(times) - 1) // 2],
        p95_ms=quantile(times, 0.95) or 0,
    )
    return Report(results=tuple(results), totals=totals, sandbox_problem=sandbox_problem)


def write(report: Report, file: Path) -> Path:
    """Write a report as JSON, and as Markdown beside it, whose path is returned."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(report.model_dump_json(indent=2) + "\n", encoding="utf-8")
    beside = file.with_suffix(".md")
    beside.write_text("\n".join(_markdown(report)) + "\n", encoding="utf-8")
    return beside


def load(file: Path) -> Report:
    """Read a report. Raises ClickException when it is none."""
    try:
        return Report.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise click.ClickException(f"{file}: is no report of `learnflow evaluate`: {explain(error)}") from None


def in_words(totals: Totals) -> str:
    """Return the totals in a line."""
    return (
        f"{totals.passed} of {totals.questions} questions passed ({totals.pass_rate:.0%}), {totals.checks_failed} of "
        f"{totals.checks} checks failed; {totals.tokens:,} tokens, {totals.price_usd:.4f} US dollars; median "
        f"{totals.median_ms:,} ms, 95% within {totals.p95_ms:,} ms"
    )


def _prompt(metadata: JsonObject) -> str | None:
    """Return the version of the prompt that an answer names: its own, or that of what was generated for it."""
    generation = metadata.get("generation")
    version = metadata.get("prompt") or (generation.get("prompt") if isinstance(generation, dict) else None)
    return version if isinstance(version, str) else None


def _markdown(report: Report) -> Iterator[str]:
    yield from ("# Evaluation", "", in_words(report.totals) + ".")
    if report.sandbox_problem:
        yield from ("", f"Code could not be run: {report.sandbox_problem}")
    yield from ("", "| question | agent | topic | model | prompt | tokens | ms | failed |", f"|{'---|' * 8}")
    for result in report.results:
        failed = ", ".join(check.name for check in result.failed) or DASH
        made_by = (result.agent, result.topic, result.model or DASH, result.prompt or DASH)
        cells = (_cell(result.question), *made_by, f"{result.tokens:,}", f"{result.latency_ms:,}", _cell(failed))
        yield f"| {' | '.join(cells)} |"
    for result in report.results:
        yield from ("", f"## {_cell(result.question)}", "")
        yield f"`{result.id}`: {result.intent} ({result.confidence:.2f}) about {result.topic} → {result.agent}"
        yield from ("", _fenced(result.answer))
        yield from (line for code in result.code_examples for line in ("", _fenced(code)))
        yield ""
        for check in result.checks:
            found = f" ({check.found})" if check.found else ""
            yield f"- {'passed' if check.passed else '**failed**'}: {check.name}{found}"


def _cell(text: str, longest: int = 90) -> str:
    """Return a text for a heading or a cell of a table."""
    flat = " ".join(text.split()).replace("|", "\\|")
    return flat if len(flat) <= longest else f"{flat[: longest - 1]}…"


def _fenced(text: str) -> str:
    """Put a text between fences that it cannot close."""
    fence = "`" * (max((len(run) for run in _FENCES.findall(text)), default=2) + 1)
    return f"{fence}\n{text}\n{fence}"


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


def show_changes(console: Console, before: Report, after: Report) -> None:
    """Print the changes, the worst first, and the sums."""
    compared = changes(before, after)
    shown = table("verdict", "question", "checks", "prompt", "answer", "tokens", "ms", title="\nChanges")
    order = {"worse": 0, "better": 1, "same": 2}
    for change in sorted(compared, key=lambda change: order[change.verdict]):
        old, new = change.prompts
        prompt = (new or DASH) if old == new else f"{old or DASH} → {new or DASH}"
        answer = "changed" if change.answer_changed else "same"
        checks = ", ".join((*(f"-{name}" for name in change.lost), *(f"+{name}" for name in change.gained)))
        which = (change.verdict, one_line(change.question, 50), checks or DASH)
        shown.add_row(*which, prompt, answer, f"{change.tokens:+,}", f"{change.latency_ms:+,}")
    console.print(shown)
    verdicts = [change.verdict for change in compared]
    counts = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in order)
    tokens, price = sum(change.tokens for change in compared), sum(change.price_usd for change in compared)
    console.print(f"{counts}; {tokens:+,} tokens, {price:+.4f} US dollars")
    elsewhere = {result.id for result in before.results} ^ {result.id for result in after.results}
    if elsewhere:
        console.print(f"{len(elsewhere)} questions are in one of the reports only, and not compared")
