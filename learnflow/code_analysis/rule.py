"""How a rule on students' code is declared: its condition, message, topic and examples in one place."""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from learnflow.models.vocabulary import Language

JS, JAVA, CPP, GO, RUST = Language.JAVASCRIPT, Language.JAVA, Language.CPP, Language.GO, Language.RUST


class Kind(StrEnum):
    """What a rule is about, what matters most to a learner first."""

    ERROR = "error"  # the program stops with an error
    BUG = "bug"  # it runs, and does not do what was meant
    RISK = "risk"
    CLARITY = "clarity"
    STYLE = "style"


class Certainty(StrEnum):
    """How sure a finding is: the code alone proves what it says, or it is a place to look, as code can be meant so."""

    SURE = "sure"
    LIKELY = "likely"


@dataclass(frozen=True, slots=True)
class Match:
    """A place where a rule's condition holds: its line from 1, the names in the message, and the code mended."""

    line: int
    values: Mapping[str, str] = field(default_factory=dict)
    fixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """Code that breaks a rule, and the same code mended or right code that looks like it."""

    language: Language
    bad: str
    good: str


_FUNCTIONS: Final[Mapping[Language, str]] = MappingProxyType({
    JAVA: "class A {{\n  void f(int n, String s, String t) {{\n    {}\n  }}\n}}",
    CPP: "int main() {{\n  {}\n}}",
    GO: "package main\n\nfunc main() {{\n\t{}\n}}",
    RUST: "fn main() {{\n    {}\n}}",
})


def in_function(language: Language, bad: str, good: str) -> Example:
    """Return an example of statements, in a function that makes them a program."""
    function = _FUNCTIONS[language]
    return Example(language, function.format(bad), function.format(good))


Check: TypeAlias = Callable[[Any], Iterator[Match]]  # of a PythonTree, or of a SyntaxTree for the other languages
Kinds: TypeAlias = tuple[str, ...] | tuple[type[ast.AST], ...]  # of nodes
Declaration: TypeAlias = Callable[[Callable[..., Iterator[Match]]], "Rule"]  # of a check of a tree, or of a node too


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `message`, `fix` and `beneath` are templates over a match's values.

    `fix` is the first step to mend it, `beneath` what lies under it for advanced students. `explains` are the keys of
    the errors (learnflow.domain.question.errors) that it can be behind; with `needs_error` it is a fault only where one
    of them came up. With `once`, the first match is enough to begin with. `focus` is what a review can be asked for
    (speed, security, design); `only_in_focus`: said only to who asks for it.
    """

    key: str
    languages: tuple[Language, ...]
    topic: str
    message: str
    fix: str = ""
    beneath: str = ""
    kind: Kind = Kind.BUG
    explains: tuple[str, ...] = ()
    needs_error: bool = False
    certainty: Certainty = Certainty.LIKELY
    focus: str = ""
    only_in_focus: bool = False
    once: bool = False
    examples: tuple[Example, ...] = ()
    check: Check = lambda _: iter(())

    @property
    def is_linter_code(self) -> bool:
        """Whether its key is the code by which a linter knows it."""
        return self.key.isupper()

    def in_language(self, *examples: Example, nodes: Kinds = (), **fields: Any) -> Declaration:  # noqa: ANN401 - a Rule's
        """Declare the same for the language of the examples, but for `fields`; its condition is the decorated check."""
        languages = (examples[0].language,)
        return lambda check: replace(self, languages=languages, examples=examples, check=_at(nodes, check), **fields)


def _at(nodes: Kinds, check: Callable[..., Iterator[Match]]) -> Check:
    """Return the check of a tree that looks at its nodes of some kinds, or the check itself if none are named."""
    return (lambda tree: (match for node in tree.of(*nodes) for match in check(tree, node))) if nodes else check


def rule(key: str, *languages: Language, nodes: Kinds = (), **fields: Any) -> Declaration:  # noqa: ANN401 - a Rule's
    """Declare a rule; `fields` are those of Rule.

    The decorated check looks at the whole tree, or with `nodes` at each node of these kinds in it.
    """
    return lambda check: Rule(key, languages, check=_at(nodes, check), **fields)


def python_rule(key: str, *kinds: type[ast.AST], **fields: Any) -> Declaration:  # noqa: ANN401 - a Rule's
    """Declare a rule for Python alone; its examples are bad code and good code."""
    fields["examples"] = tuple(Example(Language.PYTHON, *texts) for texts in fields["examples"])
    return rule(key, Language.PYTHON, nodes=kinds, **fields)


def python_error(key: str, *kinds: type[ast.AST], **fields: Any) -> Declaration:  # noqa: ANN401 - a Rule's
    """Declare a rule on Python that stops with an error; it explains the error that it is called like, if no other.

    Its findings are sure, but where the error must have come up first.
    """
    certainty = Certainty.LIKELY if fields.get("needs_error") else Certainty.SURE
    return python_rule(key, *kinds, kind=Kind.ERROR, **{"explains": (key,), "certainty": certainty, **fields})
