"""Exercises: giving one, hints, solutions and grades. The same whoever the tutor is; only making one differs."""

from learnflow.tutor.exercises.choosing import choose
from learnflow.tutor.exercises.giving import given
from learnflow.tutor.exercises.hinting import hint, solution
from learnflow.tutor.exercises.reply import Reply
from learnflow.tutor.exercises.reporting import report, wrong_language

__all__ = ("Reply", "choose", "given", "hint", "report", "solution", "wrong_language")
