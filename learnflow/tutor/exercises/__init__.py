"""Exercises: giving one, hints, solutions and grades. The same whoever the tutor is; only making one differs."""

from learnflow.tutor.exercises.grade_report import report, wrong_language
from learnflow.tutor.exercises.reply import ExerciseReply, assignment, claim, hint, solution
from learnflow.tutor.exercises.selection import choose

__all__ = ("ExerciseReply", "assignment", "choose", "claim", "hint", "report", "solution", "wrong_language")
