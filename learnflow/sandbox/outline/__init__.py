"""What can be seen of a program without running it: its functions, and whether it is one to be run as a whole."""

from dataclasses import dataclass

from learnflow.code_analysis.bounded_parsing import too_deep
from learnflow.models.vocabulary import ExerciseLanguage


@dataclass(frozen=True, slots=True)
class Function:
    """A function that a test can call.

    `parameters` are those that are given by place, of which the first `required` have no default; `names` is what the
    function mentions. `returns` is whether it returns a value: yes, no, or (None) it cannot be seen.
    """

    name: str
    parameters: tuple[str, ...] = ()
    required: int = 0
    variadic: bool = False
    takes_list: bool = False
    returns: bool | None = None
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Outline:
    """A program's functions in their order, and whether running it reads input, or does anything at all."""

    functions: tuple[Function, ...] = ()
    reads_input: bool = False
    acts: bool = False


def reached(names: frozenset[str], functions: tuple[Function, ...]) -> frozenset[str]:
    """Return the names that are mentioned, also by functions that are mentioned."""
    by_name = {function.name: function for function in functions}
    mentioned: set[str] = set()
    left = set(names)
    while left:
        name = left.pop()
        mentioned.add(name)
        if name in by_name:
            left |= by_name[name].names - mentioned
    return frozenset(mentioned)


def outline(language: ExerciseLanguage, code: str) -> Outline:
    """Return the outline of a program, which is empty for code that cannot be read, or not in a bounded time."""
    if too_deep(code, semicolons=language is ExerciseLanguage.JAVA) is not None:
        return Outline()
    match language:
        case ExerciseLanguage.PYTHON:
            from learnflow.sandbox.outline.python import python_outline as read  # noqa: PLC0415 - each on its own
        case ExerciseLanguage.JAVASCRIPT:
            from learnflow.sandbox.outline.javascript import javascript_outline as read  # noqa: PLC0415 - as above
        case ExerciseLanguage.JAVA:
            from learnflow.sandbox.outline.java import java_outline as read  # noqa: PLC0415 - as above
    try:
        return read(code)
    except RecursionError:
        return Outline()


def compilation_unit(language: ExerciseLanguage, code: str) -> str:
    """Return code as its language takes it: a snippet of Java gets a class around it, without another line."""
    if language is not ExerciseLanguage.JAVA or too_deep(code, semicolons=True) is not None:
        return code
    from learnflow.sandbox.outline.java import with_main_class  # noqa: PLC0415 - its parser is loaded for Java only

    return with_main_class(code)
