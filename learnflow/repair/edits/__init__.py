"""Small edits of a program, of the kinds that learners' programs need: each with its line, and the program it makes."""

from learnflow.repair.edits.edit import Edit, edits

__all__ = ["Edit", "edits"]
