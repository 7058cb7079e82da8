"""What a rule found in a student's code."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from learnflow.code_analysis.rule import Certainty, Kind, Rule
from learnflow.models.vocabulary import SkillLevel


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule, the line (from 1) where it is broken, the names its message needs, and the code mended, where sure."""

    rule: Rule
    line: int
    values: Mapping[str, str] = field(default_factory=dict)
    fixes: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """What it is about."""
        return self.rule.kind

    @property
    def certainty(self) -> Certainty:
        """How sure it is."""
        return self.rule.certainty

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

    def steps(self, skill: SkillLevel) -> Iterator[str]:
        """Yield what to do, and for advanced students what lies beneath."""
        yield f"{'Your next step' if skill is SkillLevel.BEGINNER else 'What to do'}: {self.fix}"
        if skill is SkillLevel.ADVANCED and self.rule.beneath:
            yield f"What lies beneath: {self._filled(self.rule.beneath)}"

    def _filled(self, template: str) -> str:
        return template.format_map(self.values)
