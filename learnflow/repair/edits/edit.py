"""A program → its edits, each once, the likelier ones first."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tree_sitter import Node

from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.repair.edits import calls, operators, statements, values
from learnflow.repair.edits.change import Change
from learnflow.repair.grammar import DIALECTS, REASONS, WEIGHTS, Dialect, parsed, relevant_nodes, replaced

_KINDS: Final[tuple[Callable[[Node, Dialect], Iterator[Change]], ...]] = (
    operators.other_operators, operators.operands, operators.grouping, operators.negations, operators.conditions,
    values.constants, values.bounds, values.slices, values.firsts, values.names, values.indexes,
    calls.argument_edits, calls.words, calls.missing_calls, calls.conversions, calls.operands_as_numbers,
    calls.sorting, calls.splits, calls.copies, calls.neighbours,
    statements.left_out, statements.returned, statements.in_another_order, statements.before_the_loop,
    statements.indented,
    statements.comparison_statements, statements.declarations,
)  # fmt: skip
MOST: Final = 600


@dataclass(frozen=True, slots=True)
class Edit:
    """A program that differs in one place: the line there, what is changed, and all of the program.

    `weight`, from 0 to 1, is how often an edit of its kind is what a learner's program needs; `why` says why it can be.
    """

    line: int
    words: str
    code: str
    weight: float
    why: str = ""


def edits(language: ExerciseLanguage, code: str, suspicion: Callable[[int], float] = lambda _: 1.0) -> tuple[Edit, ...]:
    """Return the edits of a program that its grammar allows, at most 600.

    The first are those of the largest weight times `suspicion`, which says from 0 to 1 whether a line is at fault.
    """
    source = code.encode()
    root, dialect = parsed(language, source), DIALECTS[language]
    if root is None:
        return ()
    changes = sorted(_changes(root, dialect), key=lambda one: -WEIGHTS[one.kind] * suspicion(one.line))
    made: dict[str, Edit] = {}
    for change in changes:
        if len(made) == MOST:
            break
        if suspicion(change.line) <= 0:
            continue
        edited = replaced(language, source, change.start, change.end, change.text)
        if edited is not None and edited not in made:
            made[edited] = Edit(change.line, change.words, edited, WEIGHTS[change.kind], REASONS.get(change.kind, ""))
    return tuple(made.values())


def _changes(root: Node, dialect: Dialect) -> Iterator[Change]:
    for node in relevant_nodes(root, dialect):
        for kind in _KINDS:
            yield from kind(node, dialect)
