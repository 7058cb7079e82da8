"""What a review tries out before it says anything of code, in words, and whether that shows the code to be right."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from learnflow.domain.phrasing import one_line
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.models.events.routing import AgentRequest
from learnflow.sandbox import Ended, Verdict
from learnflow.sandbox.outline import outline
from learnflow.tutor import run_report
from learnflow.tutor.code_run import CodeRun, runnable_language
from learnflow.tutor.proof import Expectation, Prover
from learnflow.tutor.proof.failing_program import told_line
from learnflow.tutor.proof.trial import Observation, ending


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
