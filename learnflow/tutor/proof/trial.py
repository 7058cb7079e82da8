"""The student's program and the changed one, run with the same input: what that shows. Pure."""

from dataclasses import dataclass
from typing import Final

from learnflow.domain.phrasing import one_line
from learnflow.models.metadata import Proof
from learnflow.models.vocabulary import ProofVerdict
from learnflow.sandbox import Ended, Execution
from learnflow.tutor.made_input import MadeInput
from learnflow.tutor.proof.expectation import Expectation, shows

MARK: Final = "\x1e"  # printed before the value of a call
NEEDS_MORE: Final = frozenset({
    "EOFError", "NoSuchElementException", "ModuleNotFoundError", "FileNotFoundError", "FileNotFoundException",
})  # fmt: skip
_LONGEST: Final = 200  # characters of an output that is told
_STOPPED: Final = {
    Ended.TIMEOUT: "does not end", Ended.MEMORY: "uses too much memory", Ended.OUTPUT: "prints without end",
    Ended.KILLED: "ends all of a sudden",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Observation:
    """One run of a program as it is: what should come, what it was given, and what came."""

    expectation: Expectation | None
    made_input: MadeInput | None
    execution: Execution

    @property
    def is_asked(self) -> bool:
        """Whether the student's own case was run: no input was made up, or what came is what was told to come."""
        actual = self.expectation.actual if self.expectation else None
        if actual is not None and self.execution.ended is Ended.FINISHED:
            return shows(output(self.execution), actual)
        return self.made_input is None or self.made_input.told

    @property
    def is_met(self) -> bool:
        """Whether what should come came."""
        finished = self.execution.ended is Ended.FINISHED
        return finished and self.expectation is not None and self.expectation.is_met(output(self.execution))


@dataclass(frozen=True, slots=True)
class Trial:
    """Two runs with the same input, and what should come. `error` is the one that the change is for, by its name."""

    before: Execution
    after: Execution
    expectation: Expectation | None = None
    made_input: MadeInput | None = None
    error: str | None = None

    @property
    def is_asked(self) -> bool:
        """Whether the student's own case was run."""
        return Observation(self.expectation, self.made_input, self.before).is_asked


def judged(trial: Trial) -> Proof:
    """Return what a trial shows."""
    fault = trial.after.fault
    if fault and fault.type in NEEDS_MORE:
        return _proof(trial, ProofVerdict.NOT_PROVABLE, "it needs input or files that I do not have")
    return _of_working(trial) if trial.before.ended is Ended.FINISHED else _of_failing(trial)


def _of_failing(trial: Trial) -> Proof:
    """Judge the change of a program that ended with an error, or not at all."""
    before, after, fault = trial.before, trial.after, trial.before.fault
    if fault and (fault.type in NEEDS_MORE or trial.error not in (None, fault.type)):
        return _proof(trial, ProofVerdict.NOT_PROVABLE, f"your code, run by itself, ends with {fault.type} before that")
    if after.ended is not Ended.FINISHED:
        is_next = _goes_further(before, after)
        return _proof(
            trial, ProofVerdict.NOT_PROVABLE if is_next else ProofVerdict.DISPROVED,
            f"{'the first error is gone, but then ' if is_next else ''}it {ending(after)}",
        )  # fmt: skip
    gone = f"the {fault.type} no longer comes" if fault else "it ends now"
    wanted = trial.expectation
    if wanted and trial.is_asked:
        return _met(trial, wanted, f"{gone}, and it {ending(after)}")
    if not output(after).startswith(output(before).rstrip()) and fault:
        return _proof(trial, ProofVerdict.NOT_PROVABLE, f"{gone}, but what it printed before that has changed, too")
    return _proof(trial, ProofVerdict.PROVEN, f"{gone}, and it {ending(after)}")


def _goes_further(before: Execution, after: Execution) -> bool:
    """Say whether another error comes in a later line than the first one did."""
    first, second = before.fault, after.fault
    return bool(
        first and second and (first.type, first.message) != (second.type, second.message)
        and first.line and second.line and second.line > first.line
    )  # fmt: skip


def _of_working(trial: Trial) -> Proof:
    """Judge the change of a program that ran to its end."""
    after, wanted = trial.after, trial.expectation
    if after.ended is not Ended.FINISHED:
        is_made = trial.made_input and not trial.made_input.told and after.fault and after.fault.type == "ValueError"
        verdict = ProofVerdict.NOT_PROVABLE if is_made else ProofVerdict.DISPROVED
        return _proof(trial, verdict, f"it {ending(after)}, and your code did not")
    if wanted is None:
        same = output(trial.before) == output(after)
        what = "the same comes as before" if same else f"it {ending(after)}"
        return _proof(trial, ProofVerdict.NOT_PROVABLE, f"{what}, and I do not know what should come")
    if wanted.is_met(output(trial.before)):
        return _proof(trial, ProofVerdict.NOT_PROVABLE, "your code, run by itself, gave that already")
    return _met(trial, wanted, f"it {ending(after)}")


def _met(trial: Trial, wanted: Expectation, what: str) -> Proof:
    if not trial.is_asked:
        return _proof(trial, ProofVerdict.NOT_PROVABLE, f"{what}, and that is not the case you write of")
    if wanted.is_met(output(trial.after)):
        return _proof(trial, ProofVerdict.PROVEN, f"{what}, as it should")
    return _proof(trial, ProofVerdict.DISPROVED, f"{what}, and should give `{one_line(wanted.expected, _LONGEST)}`")


def _proof(trial: Trial, verdict: ProofVerdict, reason: str) -> Proof:
    given = f" with the input `{trial.made_input.first}`" if trial.made_input else ""
    return Proof(
        verdict=verdict, ran=trial.after.ended, before=_told(trial.before), after=_told(trial.after),
        expected=trial.expectation.expected if trial.expectation else None,
        reason=f"I ran the changed code{given}: {reason}.",
    )  # fmt: skip


def _told(run: Execution) -> str:
    return one_line(output(run), _LONGEST) if run.ended is Ended.FINISHED else one_line(ending(run), _LONGEST)


def ending(run: Execution) -> str:
    """Return how a run ended, after "it"."""
    if run.fault:
        line = f" in line {run.fault.line}" if run.fault.line else ""
        return f"ends with {run.fault.type}{line}: {one_line(run.fault.message, _LONGEST)}"
    printed = one_line(output(run), _LONGEST)
    return _STOPPED.get(run.ended, f"prints `{printed}`" if printed else "prints nothing")


def output(run: Execution) -> str:
    """Return what a run printed; of a call, its value."""
    return run.stdout.rpartition(MARK)[2]
