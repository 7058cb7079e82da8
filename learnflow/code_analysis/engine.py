"""Student code → findings: it is parsed once, all rules of its language run, their findings are sorted by line."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import Final

from learnflow.code_analysis import rules
from learnflow.code_analysis.finding import Finding
from learnflow.code_analysis.pattern_rules import read_pattern_rules
from learnflow.code_analysis.rule import Certainty, Kind, Rule
from learnflow.code_analysis.source import Source
from learnflow.models.vocabulary import Language

_KEPT: Final = 64  # sources: triage asks for the findings of a question's code, and its specialist again


def analyze(
    code: str, language: Language | None, *, error: str | None = None, complaint: str | None = None
) -> tuple[Finding, ...]:
    """Return what is surely wrong in code, or can be better, by line. Code of no known language is read as Python.

    With an `error` (its key): the findings that it can come from, those that raise it themselves first. With a
    `complaint`, the student's words: what these make likely. Code that cannot be parsed has no findings.
    """
    language = language or Language.PYTHON
    if complaint is not None:
        return tuple(
            _found(code, language, [rule for rule in _likely(language) if re.search(rule.complaint, complaint)])
        )
    if error is not None:
        behind = [rule for rule in _sure(language) if error in rule.explains]
        found = _found(code, language, behind)
        return tuple(sorted(found, key=lambda finding: (finding.kind is not Kind.ERROR, finding.line)))
    return _all(code, language)


@lru_cache(maxsize=_KEPT)
def _all(code: str, language: Language) -> tuple[Finding, ...]:
    return tuple(_found(code, language, [rule for rule in _sure(language) if not rule.needs_error]))


def _found(code: str, language: Language, due: list[Rule]) -> list[Finding]:
    source = _source(code, language)
    findings = [
        Finding(rule, match.line, match.values, match.fixes) for rule in due for match in source.matches(rule.check)
    ]
    unique = {(finding.rule.key, finding.line): finding for finding in reversed(findings)}
    return sorted(unique.values(), key=lambda finding: finding.line)


@lru_cache(maxsize=_KEPT)
def _source(code: str, language: Language) -> Source:
    return Source(code, language)


@cache
def _sure(language: Language) -> tuple[Rule, ...]:
    return tuple(rule for rule in all_rules() if language in rule.languages and rule.certainty is Certainty.SURE)


@cache
def _likely(language: Language) -> tuple[Rule, ...]:
    return tuple(rule for rule in all_rules() if language in rule.languages and rule.certainty is Certainty.LIKELY)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule of learnflow.code_analysis.rules."""
    return tuple(dict.fromkeys(rules_in(rules)))


def rules_in(package: ModuleType) -> Iterator[Rule]:
    """Yield the rules that a package's modules declare, and those of the TOML files beside these."""
    yield from read_pattern_rules(package)
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        loaded = import_module(module.name)
        yield from (value for value in vars(loaded).values() if isinstance(value, Rule))
        if module.ispkg:
            yield from read_pattern_rules(loaded)
