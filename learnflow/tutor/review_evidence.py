"""What is known of code before a review says anything of it: what tools find in it, and what trying it out shows."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from learnflow.code_analysis.engine import all_rules, analyze, in_analysis_thread
from learnflow.code_analysis.finding import Finding
from learnflow.code_analysis.linters import LinterUnavailableError, ruff_diagnostics
from learnflow.code_analysis.rule import Kind, Rule
from learnflow.code_analysis.syntax import check
from learnflow.domain.phrasing import one_line
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.routing import AgentRequest
from learnflow.models.taxonomy import GENERAL
from learnflow.models.vocabulary import Language
from learnflow.sandbox import Ended, Verdict
from learnflow.sandbox.outline import outline
from learnflow.tutor import run_report
from learnflow.tutor.code_run import CodeRun, runnable_language
from learnflow.tutor.proof import Expectation, Prover
from learnflow.tutor.proof.programs import told_line
from learnflow.tutor.proof.trial import Observation, ending

MOST_REMARKS: Final = 6
LOOKED: Final = 0.4
NOT_LINTED: Final = 0.2
_LINTED: Final = 0.8
_READ: Final = 0.7
_KINDS: Final = tuple(Kind)
_SERIOUS: Final = frozenset({Kind.ERROR, Kind.BUG, Kind.RISK})
_IN_OWN_RULES: Final = frozenset({"F821"})  # what own rules tell of ruff's findings
_UNREADABLE: Final = Rule(
    "unreadable", tuple(Language), "debugging", "{language} cannot read this: {problem}.",
    "Mend it first; the rest comes after that.", kind=Kind.ERROR,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReviewFindings:
    """What was found in a piece of code, how sure that is, and what was not looked at."""

    findings: tuple[Finding, ...]
    confidence: float
    missing: str


async def look_over(code: str, language: Language | None) -> ReviewFindings:
    """Return what tools find in code, whose language is taken for Python where it is unknown."""
    if language in (Language.PYTHON, None):
        return await in_analysis_thread(_python, code)
    return await in_analysis_thread(_without_linter, code, language)


def _python(code: str) -> ReviewFindings:
    try:
        diagnostics = ruff_diagnostics(code)
    except LinterUnavailableError:
        return ReviewFindings((), NOT_LINTED, "the linter could not be run this time, so I have not checked your code.")
    missing = "a linter's view."
    worded = {rule.key for rule in all_rules()} | _IN_OWN_RULES
    unreadable = [_unreadable(Language.PYTHON, each.line, each.message) for each in diagnostics if not each.code][:1]
    in_its_words = (
        Finding(Rule(each.code, (Language.PYTHON,), GENERAL, "{words}.", kind=Kind.STYLE), each.line,
                {"words": one_line(each.message, 160)})
        for each in diagnostics if each.code and each.code not in worded
    )  # fmt: skip
    findings = (*(() if unreadable else analyze(code, Language.PYTHON)), *in_its_words)
    return ReviewFindings((*unreadable, *_ranked(findings))[:MOST_REMARKS], _LINTED, missing)


def _without_linter(code: str, language: Language) -> ReviewFindings:
    name = language.label
    missing = f"I have no linter for {name} at hand, so I only looked for syntax errors and a few well-known pitfalls."
    ranked, fault = _ranked(analyze(code, language)), check(language, code)
    if fault is None:
        return ReviewFindings(ranked[:MOST_REMARKS], LOOKED, missing)
    first = _unreadable(language, fault.line, fault.message)
    return ReviewFindings((first, *ranked)[:MOST_REMARKS], _READ, missing)


def _unreadable(language: Language, line: int, problem: str) -> Finding:
    return Finding(_UNREADABLE, line, {"language": language.label, "problem": one_line(problem, 160)})


def _ranked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return one finding of each rule, what matters most first; what one line has of a topic is told once."""
    by_rule: dict[str, Finding] = {}
    for finding in findings:
        first = by_rule.setdefault(finding.rule.key, finding)
        if first is not finding:
            by_rule[finding.rule.key] = replace(first, more_lines=(*first.more_lines, finding.line))
    ranked = sorted(by_rule.values(), key=lambda each: (_KINDS.index(each.kind), _rank(each.rule), each.line))
    wrong = {(each.line, each.topic): each for each in reversed(ranked) if each.kind in {Kind.ERROR, Kind.BUG}}
    return tuple(
        each for each in ranked
        if each.kind not in _SERIOUS or wrong.get((each.line, each.topic), each) is each
    )  # fmt: skip


def _rank(rule: Rule) -> int:
    """Return 0 for an own rule, and for a linter's its place among those that have words of ours."""
    if not rule.is_linter_code:
        return 0
    return next(
        (rank for rank, other in enumerate(all_rules(), start=1) if other.key == rule.key), len(all_rules()) + 1
    )


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried, in sentences, and what it shows: True for right, False for wrong, None for neither.

    `line` is where a small change helps.
    """

    text: str
    is_right: bool | None = None
    ran: Ended | None = None
    line: int | None = None


async def try_out(request: AgentRequest, question: ParsedQuestion, prover: Prover) -> Tried:
    """Run a question's code: on the tests of the open exercise that it is for, with what should come, or by itself."""
    on_tests = await try_on_open_exercise(request, question, prover)
    if on_tests is not None:
        return on_tests
    observed = await prover.observe(request, question)
    if isinstance(observed, str):
        return Tried(f"I have not run your code ({observed}), so I do not say that it is right.")
    ran = observed[0].execution.ended
    results = [_result(observation.expectation, observation) for observation in observed if observation.expectation]
    if results:
        is_right = all(right for _, right in results)
        found = None if is_right else await prover.repair(request, question)
        line = found.line if found else None
        place = told_line(line, "it gives what you want")
        return Tried(" ".join(filter(None, (*(text for text, _ in results), place))), is_right, ran, line)
    if ran is Ended.FINISHED and not await asyncio.to_thread(_acts, question):
        return Tried("Running your code calls none of its functions, so I have not tried what they do.", ran=ran)
    failed = next((each for each in observed if _is_wrong(each)), observed[0])
    told = run_report.what_happened(CodeRun(failed.execution, made_input=failed.made_input), None) or ""
    more = "" if _is_wrong(failed) else " Whether that is what it should do I do not know, and I tried nothing else."
    return Tried(f"{told}{more}", False if _is_wrong(failed) else None, failed.execution.ended)


async def try_on_open_exercise(request: AgentRequest, question: ParsedQuestion, prover: Prover) -> Tried | None:
    """Run a question's code on the tests of the open exercise that it is for; None where it is for none."""
    graded = await prover.grade(request, question)
    if graded is None:
        return None
    exercise, grading = graded
    passes, total = grading.verdict is Verdict.PASSED, len(grading.cases)
    told = f'I ran it on the {total} test cases of your open exercise "{exercise.name}": {grading.passed} pass.'
    line = None if passes else await prover.line_at_fault(request, question, exercise)
    return Tried(" ".join(filter(None, (told, told_line(line)))), passes, Ended.FINISHED, line)


def _acts(question: ParsedQuestion) -> bool:
    language = runnable_language(question)
    return language is not None and outline(language, question.code or "").acts


def _is_wrong(observation: Observation) -> bool:
    """Say whether a run shows a fault: it ended with an error that has nothing to do with what it was given."""
    execution = observation.execution
    ran = CodeRun(execution, made_input=observation.made_input)
    return execution.ended is not Ended.FINISHED and (
        execution.fault is None or run_report.error_of_run(ran, None) is not None
    )


def _result(wanted: Expectation, observation: Observation) -> tuple[str, bool]:
    execution = observation.execution
    given = f" with the input `{observation.made_input.first}`" if observation.made_input else ""
    what = f"`{one_line(wanted.call)}`" if wanted.call else f"your code{given}"
    end = "as you want it" if observation.is_met else f"and you want `{one_line(wanted.expected)}`"
    return f"I ran {what}: it {ending(execution)}, {end}.", observation.is_met


def summary(tried: Tried, *, can_be_glad: bool) -> Iterator[str]:
    """Yield the opening of a review that has no remarks."""
    yield tried.text
    if tried.line is not None:
        return
    if tried.is_right is False:
        yield "By reading it I see no cause. Send it as a question of its own, and I look for the place with you."
    elif can_be_glad:
        yield (
            "Well done; by rule I found nothing to complain about either." if tried.is_right
            else "By rule I found nothing to complain about."
        )  # fmt: skip
    else:
        yield (
            "My rules found nothing, but they do not look at everything. If something goes wrong, say what you "
            "expected and what comes instead."
        )
