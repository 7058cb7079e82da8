"""What a rule found in a student's code."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from learnflow.code_analysis.rule import Kind, Rule
from learnflow.domain.phrasing import together
from learnflow.models.vocabulary import SkillLevel

_MOST_LINES = 4  # in which the same is remarked on


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule, the line (from 1) where it is broken, the names its message needs, and the code mended, where sure.

    `more_lines` are those that have the same, where one finding stands for all.
    """

    rule: Rule
    line: int
    values: Mapping[str, str] = field(default_factory=dict)
    fixes: tuple[str, ...] = ()
    more_lines: tuple[int, ...] = ()

    @property
    def kind(self) -> Kind:
        """What it is about."""
        return self.rule.kind

    @property
    def topic(self) -> str:
        """The topic that it belongs to."""
        return self._filled(self.rule.topic)

    @property
    def message(self) -> str:
        """What is wrong."""
        return self._filled(self.rule.message)

    @property
    def fix(self) -> str:
        """The first step to mend it."""
        return self._filled(self.rule.fix)

    @property
    def linter_code(self) -> str:
        """The code by which a linter knows it, "" where no linter does."""
        return self.rule.key if self.rule.is_linter_code else ""

    @property
    def remark(self) -> str:
        """What is wrong and what to do, in sentences that stand by themselves."""
        lines = together([str(line) for line in self.more_lines], most=_MOST_LINES)
        again = f"The same in line {lines}." if self.more_lines else ""
        return " ".join(filter(None, (self.message[0].upper() + self.message[1:], self.fix, again)))

    @property
    def tells_cause(self) -> bool:
        """Whether it tells a cause, with words and a topic of its own, and not only where an error is raised."""
        return self.kind is Kind.BUG

    def steps(self, skill: SkillLevel) -> Iterator[str]:
        """Yield what to do, and for advanced students what lies beneath."""
        yield f"{'Your next step' if skill is SkillLevel.BEGINNER else 'What to do'}: {self.fix}"
        if skill is SkillLevel.ADVANCED and self.rule.beneath:
            yield f"What lies beneath: {self._filled(self.rule.beneath)}"

    def _filled(self, template: str) -> str:
        return template.format_map(self.values)
