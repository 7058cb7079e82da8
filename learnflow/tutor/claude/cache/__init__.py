"""What Claude explained once is given again to whoever asks the same at the same level."""

from learnflow.tutor.claude.cache.cached_tutor import CachedTutor
from learnflow.tutor.claude.cache.explanation_cache import ExplanationCache

__all__ = ("CachedTutor", "ExplanationCache")
