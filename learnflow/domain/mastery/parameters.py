"""The numbers of the mastery model; those that are shipped stand in parameters.toml."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field, NonNegativeFloat, PositiveInt

from learnflow.models.fields import Model, Probability, Short

# The opportunities (graded answers on a topic so far) at which each span of them begins; the last one has no end.
OPPORTUNITIES: Final = (0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 16, 24, 40)

FARTHEST: Final = 5.0  # log-odds; keeps every level within reach of a teacher who sets it
HEAVIEST: Final = 3.0
LogOdds = Annotated[float, Field(ge=-FARTHEST, le=FARTHEST)]
# Never negative, so that a success never lowers what is predicted, and a failure never raises it.
Weight = Annotated[float, Field(ge=0.0, le=HEAVIEST)]
Opportunities = Annotated[tuple[LogOdds, ...], Field(min_length=len(OPPORTUNITIES), max_length=len(OPPORTUNITIES))]


class Weights(Model):
    """Log-odds of a right answer on a topic: at the start, and what each part of the state adds or takes.

    `average`: of all students' answers at any time, against which a student's offset is learned. `student`: of that
    offset. `successes` and `failures`: of ln(1 + evidence). `recent`: of the fading
    average. `run` and `slump`: of ln(1 + streak), of right answers and of wrong ones. `opportunities` adds to the
    prediction only, not to the level: how much easier the n-th exercise of a topic is, for everybody.
    """

    average: LogOdds
    start: LogOdds
    student: Weight
    successes: Weight
    failures: Weight
    recent: Weight
    run: Weight
    slump: Weight
    opportunities: Opportunities = (0.0,) * len(OPPORTUNITIES)


class Steps(Model):
    """How far an answer moves what is kept.

    `recent`: the share by which it moves the fading average. The student's offset moves by
    offset / (1 + offset_shrinks x evidence so far) for each unit of surprise, which is the score less what the topic's
    average, the offset, and `streak` x ln(1 + streak) let expect. `contradicted`: the share of a teacher's shift that
    a graded answer against it takes away.
    """

    recent: Probability
    offset: Probability
    offset_shrinks: NonNegativeFloat
    streak: NonNegativeFloat
    contradicted: Probability


class Scale(Model):
    """What a level means: the probabilities that are the levels 0 and 1, and what mastery needs."""

    zero: Probability
    one: Probability
    least_graded_for_mastered: PositiveInt
    event_move: Probability


class WeakEvidence(Model):
    """The weight of what is not a graded answer; each is a failure of that weight."""

    debug_question: Probability
    concepts_question: Probability
    struggle: Probability


class Parameters(Model):
    """All numbers of the model. A topic without weights of its own has the shared ones."""

    version: Short
    shared: Weights
    steps: Steps
    level: Scale
    evidence: WeakEvidence
    topics: Mapping[str, Weights] = Field(default_factory=dict)
