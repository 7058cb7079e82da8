"""What the mastery model keeps of a student: one small state for each topic, and one for all of them together."""

from typing import Annotated, Final

from pydantic import Field, NonNegativeInt

from learnflow.models.fields import Model, Probability

MOST_EVIDENCE: Final = 1_000_000.0  # answers; further ones would change nothing that anybody could see
FARTHEST_OFFSET: Final = 5.0  # log-odds: from an even chance to 1 in 150
FARTHEST_START: Final = 30.0  # log-odds; room to set any level, whatever the offset

Evidence = Annotated[float, Field(ge=0.0, le=MOST_EVIDENCE)]


class TopicAbility(Model):
    """All that is kept for one topic; by default nothing is known.

    `successes` and `failures` are sums of evidence: each answer adds its weight, shared out by its score. `recent` is
    an average that fades with every answer, from -1 (all wrong) to 1 (all right). `streak` counts the last answers
    that were all right, or with a minus those all wrong. `start` shifts the log-odds to the level that a teacher has
    set, and `vouched` is that level. `graded` and `graded_successes` count graded answers, and those fully right.
    """

    successes: Evidence = 0.0
    failures: Evidence = 0.0
    recent: Annotated[float, Field(ge=-1.0, le=1.0)] = 0.0
    streak: Annotated[float, Field(ge=-MOST_EVIDENCE, le=MOST_EVIDENCE)] = 0.0
    start: Annotated[float, Field(ge=-FARTHEST_START, le=FARTHEST_START)] = 0.0
    vouched: Probability = 0.0
    graded: NonNegativeInt = 0
    graded_successes: NonNegativeInt = 0


class StudentAbility(Model):
    """How a student does on all topics together: `offset` in log-odds, and the evidence that it was learned from."""

    offset: Annotated[float, Field(ge=-FARTHEST_OFFSET, le=FARTHEST_OFFSET)] = 0.0
    evidence: Evidence = 0.0
