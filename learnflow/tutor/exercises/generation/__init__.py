"""Exercises written on order and verified by running them, before any student sees them."""

from learnflow.tutor.exercises.generation.author import ClaudeAuthor
from learnflow.tutor.exercises.generation.generating import SECONDS, Generated, GenerationFailed, generate
from learnflow.tutor.exercises.generation.proposal import Attempt, Author, Order, Proposal, ProposedCase

__all__ = (
    "SECONDS",
    "Attempt",
    "Author",
    "ClaudeAuthor",
    "Generated",
    "GenerationFailed",
    "Order",
    "Proposal",
    "ProposedCase",
    "generate",
)
