"""The tutor without key and network: rules, prepared content and real tools. It never pretends to be more."""

from learnflow.tutor.offline.tutor import OfflineTutor

__all__ = ("OfflineTutor",)
