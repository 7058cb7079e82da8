"""How well a student knows a topic: a probability, and the level that a teacher sees. No clock, no I/O."""

from learnflow.domain.mastery.model import BANDS, MasteryModel, band, shipped
from learnflow.domain.mastery.parameters import Parameters

__all__ = ["BANDS", "MasteryModel", "Parameters", "band", "shipped"]
