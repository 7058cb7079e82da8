"""How the tests of an exercise reach a program: as text on standard input, or as arguments of a function."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import JsonValue

from learnflow.models.exercise import TestCase
from learnflow.models.vocabulary import ExerciseLanguage
from learnflow.sandbox.outline import Function, Outline, outline

Spread = Literal["one", "list", "names"]

PREFERRED: Final = ("solution", "solve")
_NOTHING: Final[tuple[JsonValue, ...]] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class CallingConvention:
    """How a program is called.

    `entry` is the function to call, and None for a program. `spread` says what an input is: the one argument, the
    list of all, or an object with an item for each of `parameters`. `returns` is whether the function returns its
    answer (True), prints it (False), or either (None).
    """

    kind: Literal["program", "function"]
    entry: str | None = None
    spread: Spread = "one"
    parameters: tuple[str, ...] = ()
    returns: bool | None = None

    def arguments(self, given: JsonValue) -> list[JsonValue]:
        """Return the arguments for an input."""
        if self.spread == "list" and isinstance(given, list):
            return given
        if self.spread == "names" and isinstance(given, dict):
            return [given[name] for name in self.parameters if name in given]
        if not self.parameters and given in _NOTHING:
            return []
        return [given]


PROGRAM: Final = CallingConvention("program")


def infer_calling_convention(
    language: ExerciseLanguage, code: str, tests: Sequence[TestCase], entry: str | None = None
) -> CallingConvention:
    """Return how tests are handed to a program; `entry` names its function where that is known."""
    program = outline(language, code)
    inputs = [test.input for test in tests]
    if entry is not None:
        named = (function for function in program.functions if function.name == entry)
        return _function(next(named, Function(entry)), inputs)
    if not program.functions or _is_program(program, inputs):
        return PROGRAM
    return _function(_entry(program), inputs)


def _is_program(program: Outline, inputs: Sequence[JsonValue]) -> bool:
    if not all(given is None or isinstance(given, str) for given in inputs):
        return False
    return program.reads_input or (program.acts and not any(inputs))


def _entry(program: Outline) -> Function:
    preferred = [function for name in PREFERRED for function in program.functions if function.name == name]
    called = {name for function in program.functions for name in function.names if name != function.name}
    uncalled = [function for function in program.functions if function.name not in called]
    return preferred[0] if preferred else (uncalled or program.functions)[-1]


def _function(function: Function, inputs: Sequence[JsonValue]) -> CallingConvention:
    spread = _spread(function, inputs)
    return CallingConvention("function", function.name, spread, function.parameters, function.returns)


def _spread(function: Function, inputs: Sequence[JsonValue]) -> Spread:
    count = len(function.parameters)
    if inputs and all(_named(given, function) for given in inputs):
        return "names"
    if function.variadic or count > 1:
        return "list"
    if count == 1 and not function.takes_list and all(isinstance(given, list) and len(given) == 1 for given in inputs):
        return "list"
    return "list" if count == 0 and all(isinstance(given, list) for given in inputs) else "one"


def _named(given: JsonValue, function: Function) -> bool:
    """Return whether an input is an object of the parameters, of which the last may be missing."""
    if not isinstance(given, dict) or not given:
        return False
    return set(given) == set(function.parameters[: len(given)]) and len(given) >= function.required
