"""What Claude explained once is given again to whoever asks the same at the same level."""

from learnflow.tutor.claude.cache.cached_tutor import CachedTutor
from learnflow.tutor.claude.cache.explanations import Explanations

__all__ = ("CachedTutor", "Explanations")
