"""What an outline holds: the functions of a program, and how these mention each other."""

from dataclasses import dataclass


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
