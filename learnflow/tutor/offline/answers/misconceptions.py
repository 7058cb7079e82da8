"""What goes wrong with a topic: a trap, and what is believed of it and not so."""

from learnflow.models.vocabulary import SkillLevel
from learnflow.tutor.offline.content.explanation import Explanation, Misconception


def mistake(found: Explanation, level: SkillLevel) -> str:
    """Return what goes wrong with a topic: a beginner's trap, and later what is believed and not so."""
    if level is SkillLevel.BEGINNER:
        return f"Watch out: {found.watch_out}"
    return believed(found.misconceptions[0 if level is SkillLevel.INTERMEDIATE else 1])


def believed(one: Misconception) -> str:
    """Return a misconception with what is true instead."""
    return f"Often believed: {one.belief}\nIn fact: {one.truth}"
