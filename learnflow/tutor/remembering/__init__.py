"""What Claude explained once is given again to whoever asks the same at the same level."""

from learnflow.tutor.remembering.explanations import Explanations
from learnflow.tutor.remembering.tutor import CachedTutor

__all__ = ("CachedTutor", "Explanations")
