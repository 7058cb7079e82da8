"""What is known of a question about a fault: what was read, what happened when its code ran, and what is proven."""

from dataclasses import dataclass

from learnflow.code_analysis.finding import Finding
from learnflow.domain.phrasing import one_line
from learnflow.domain.question.errors import ErrorSign
from learnflow.domain.question.parsed_question import ParsedQuestion
from learnflow.domain.support_ladder import Rung, is_above
from learnflow.models.metadata import DebugMetadata, Proof
from learnflow.models.taxonomy import GENERAL
from learnflow.tutor.code_run import CodeRun
from learnflow.tutor.proof import proven_findings


@dataclass(frozen=True, slots=True)
class Case:
    """A question about an error: what was read, the error if one is known, the fault if it can be seen, and the run.

    `proof` is what running the mended code showed, where there is any; `highest` is the rung that is allowed.
    """

    question: ParsedQuestion
    topic: str
    error: ErrorSign | None
    fault: Finding | None
    ran: CodeRun
    line: int | None
    proof: Proof | None = None
    highest: Rung = Rung.FIX

    @property
    def may_fix(self) -> bool:
        """Whether the student's code may be given, mended."""
        return self.highest is Rung.FIX

    @property
    def may_place(self) -> bool:
        """Whether the place may be named."""
        return not is_above(Rung.PLACE, self.highest)

    @property
    def missing(self) -> str:
        """What could not be done."""
        if self.ran.execution:
            given = "with input that I made up" if self.ran.made_input else "without input"
            given = "with the input that you name" if self.ran.made_input and self.ran.made_input.told else given
            return f"I ran your code by itself, {given}, and without files that it may need."
        if self.ran.problem:
            return f"I read your code, but did not run it: {self.ran.problem}"
        return "I read what you sent, and ran nothing."

    @property
    def shown(self) -> str:
        """The line itself, where the code has it."""
        return self.shown_line(self.line)

    def shown_line(self, line: int | None) -> str:
        """Return a line of the code, as code; nothing where there is none."""
        lines = (self.question.code or "").splitlines()
        text = one_line(lines[line - 1]) if line and line <= len(lines) else ""
        return f"`{text}`" if text else ""

    def metadata(self, error_type: str | None = None) -> DebugMetadata:
        """Return what the answer says of itself."""
        metadata = DebugMetadata(
            error_type=error_type,
            fix_applied=self.may_fix and proven_findings.holds(self.proof),
            suggested_topic=None if self.topic == GENERAL else self.topic,
            line=self.line if self.may_place else None,
            ran=self.ran.execution.ended if self.ran.execution else None,
        )
        return metadata.model_copy(update={"proof": self.proof}) if self.proof and self.may_fix else metadata
