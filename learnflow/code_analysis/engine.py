"""Student code → findings: it is parsed once, all rules of its language run, their findings are sorted by line."""

import ast
import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache, partial
from importlib import import_module
from itertools import islice
from pkgutil import walk_packages
from types import ModuleType
from typing import Final, TypeVar

from learnflow.code_analysis import rules
from learnflow.code_analysis.finding import Finding
from learnflow.code_analysis.linters import LinterUnavailableError
from learnflow.code_analysis.pattern_rules import read_pattern_rules
from learnflow.code_analysis.python_tree import PythonTree, covers, loaded
from learnflow.code_analysis.rule import Kind, Match, Rule
from learnflow.code_analysis.syntax_tree import SyntaxTree, read
from learnflow.domain.phrasing import one_line
from learnflow.domain.question.errors import ERRORS, find_error
from learnflow.domain.question.lexicon import words
from learnflow.models.vocabulary import Language

Result = TypeVar("Result")
_THREADS: Final = ThreadPoolExecutor(2, "code-analysis")  # a linter that is slow must not hold those of other work
_MOST: Final = 50  # matches of a rule in a code; to look for more could take long
_LEAVING: Final = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_KEPT: Final = 64  # sources: triage asks for the findings of a question's code, and its specialist again


def analyze(code: str, language: Language | None, *, error: str | None = None) -> tuple[Finding, ...]:
    """Return what is wrong in code, or can be better, by line. Code of no known language is read as Python.

    With an `error` (its key; one that is only a name, such as TypeError, stands for all kinds of it): the findings that
    it can come from, those that raise it themselves first. Python that cannot be read has one finding, its first syntax
    error.
    """
    language = language or Language.PYTHON
    if error is None:
        try:
            return _all(code, language)
        except LinterUnavailableError:  # which may be there again for the next one
            return _sorted(code, language, linted=False)
    behind = [rule for rule in _of(language) if _explains(rule, error)]
    findings = _unreadable(code, language) or _findings(code, language, behind, raised=True)
    return tuple(sorted(findings, key=lambda finding: (finding.kind is not Kind.ERROR, finding.line)))


async def in_analysis_thread(function: Callable[..., Result], *arguments: object) -> Result:
    """Return what a function gives, run beside the event loop in one of the few threads that analyze code."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, partial(function, *arguments))


def _sorted(code: str, language: Language, *, linted: bool) -> tuple[Finding, ...]:
    due = [rule for rule in _of(language) if not rule.needs_error]
    findings = _unreadable(code, language) or _findings(code, language, due, linted=linted)
    return tuple(sorted(findings, key=lambda finding: finding.line))


_all: Final = lru_cache(maxsize=_KEPT)(partial(_sorted, linted=True))


def _findings(
    code: str, language: Language, due: list[Rule], *, raised: bool = False, linted: bool = False
) -> list[Finding]:
    """Return what rules find; a linter that cannot be asked finds nothing, or with `linted` raises."""
    source, findings = _source(code, language), []
    for rule in due:
        try:
            matches = list(source.matches(rule, raised=raised))
        except LinterUnavailableError:
            if linted:
                raise
            continue
        findings += [Finding(rule, match.line, match.values, match.fixes) for match in matches]
    return list({(finding.rule.key, finding.line): finding for finding in reversed(findings)}.values())[::-1]


def _unreadable(code: str, language: Language) -> list[Finding]:
    problem = _source(code, language).problem
    if problem is None:
        return []
    sign = find_error((type(problem).__name__, *words(problem.msg)), Language.PYTHON)
    key = sign.key if sign and sign.key else "python-syntax-error"
    message = "Python cannot read it: {problem}."
    rule = Rule(key, (Language.PYTHON,), ERRORS[key].topic, message, kind=Kind.ERROR, explains=(key,))
    return [Finding(rule, problem.lineno or 1, {"problem": one_line(problem.msg, 160)})]


def _explains(rule: Rule, error: str) -> bool:
    return error in rule.explains or (rule.kind is Kind.ERROR and not _kinds(error).isdisjoint(rule.explains))


@cache
def _kinds(error: str) -> frozenset[str]:
    """Return the keys of all errors that an error's name stands for, where it is only that."""
    same = [key for key, sign in ERRORS.items() if error in ERRORS and sign.name == ERRORS[error].name]
    return frozenset(same if same[:1] == [error] else [error])


class Source:
    """Code in a language as its parser reads it.

    `tree` is None where it cannot be parsed, or only in too long a time; `problem` is what Python complains about.
    """

    def __init__(self, code: str, language: Language) -> None:
        self.tree: PythonTree | SyntaxTree | None = None
        self.problem: SyntaxError | None = None
        try:
            self.tree = PythonTree(code) if language is Language.PYTHON else read(code, language)
        except SyntaxError as problem:
            self.problem = problem.with_traceback(None)  # whose frames would be kept with it

    def matches(self, rule: Rule, *, raised: bool) -> Iterator[Match]:
        """Yield where a rule matches; nothing in code that cannot be parsed.

        An error that was not raised is no fault where it may be raised on purpose.
        """
        for match in islice(rule.check(self.tree), 1 if rule.once else _MOST) if self.tree else ():
            unsure = rule.kind is Kind.ERROR and not raised
            if not (unsure and isinstance(self.tree, PythonTree) and _is_guarded(self.tree, match.line)):
                yield match


_source: Final = lru_cache(maxsize=_KEPT)(Source)


def _is_guarded(tree: PythonTree, line: int) -> bool:
    """Say whether a line stands in a `try`, or behind a condition on one of its names."""
    names = {node.id for node in tree.of(ast.Name) if node.lineno == line}
    return tree.is_tried(line) or any(_is_behind(node, line, names) for node in tree.nodes)


def _is_behind(node: ast.AST, line: int, names: set[str]) -> bool:
    match node:
        case ast.If(test=test, body=body, orelse=orelse) if names & loaded(test):
            leaves = isinstance(body[-1], _LEAVING) and node.lineno < line
            return leaves or covers([*body, *orelse], line)
        case ast.While(test=test, body=body) if names & loaded(test):
            return covers(body, line)
        case ast.Assert(test=test):
            return node.lineno < line and bool(names & loaded(test))
        case ast.BoolOp() | ast.IfExp() | ast.Match():
            return node.lineno <= line <= (node.end_lineno or node.lineno)
    return False


@cache
def _of(language: Language) -> tuple[Rule, ...]:
    return tuple(rule for rule in all_rules() if language in rule.languages)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule of learnflow.code_analysis.rules."""
    return tuple(dict.fromkeys(rules_in(rules)))


def rules_in(package: ModuleType) -> Iterator[Rule]:
    """Yield the rules that a package's modules declare, and those of the TOML files beside these, which come last."""
    names = [(module.name, module.ispkg) for module in walk_packages(package.__path__, f"{package.__name__}.")]
    for name, _ in names:
        yield from (value for value in vars(import_module(name)).values() if isinstance(value, Rule))
    for name in (package.__name__, *(name for name, is_package in names if is_package)):
        yield from read_pattern_rules(import_module(name))
