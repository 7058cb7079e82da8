"""The tutor that asks Claude: what it is told, and what is made of its answers."""

from learnflow.tutor.claude.tutor import ClaudeTutor

__all__ = ("ClaudeTutor",)
