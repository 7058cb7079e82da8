"""What happened on one day, topic by topic: what the reasons of a mastery event are told from. No clock, no I/O."""

from typing import Final, Literal, Self

from learnflow.models.fields import Id, Model, TopicKey

MOST: Final = 100  # outcomes of a day, the newest: a bound on what one student can cost


class Outcome(Model):
    """A question, or a graded submission of an exercise."""

    id: Id
    topic: TopicKey
    kind: Literal["asked", "passed", "failed"]
    exercise: Id | None = None


class Day(Model):
    """All of a student's outcomes of one day; the same one twice counts once."""

    outcomes: tuple[Outcome, ...] = ()

    def with_(self, new: Outcome) -> Self:
        """Return the day with one outcome more."""
        if any(each.id == new.id for each in self.outcomes):
            return self
        return self.model_copy(update={"outcomes": (*self.outcomes, new)[-MOST:]})

    def on(self, topic: str, kind: str) -> tuple[Outcome, ...]:
        """Return one kind of outcome on a topic."""
        return tuple(each for each in self.outcomes if (each.topic, each.kind) == (topic, kind))
