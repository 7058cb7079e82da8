"""The grammar of each language, loaded when it is first needed: each costs some megabytes."""

import importlib
from functools import cache

from learnflow.code_analysis.syntax.grammar import Grammar
from learnflow.models.vocabulary import Language


@cache
def grammar(language: Language) -> Grammar:
    """Return a language's grammar with its frames and rules."""
    found = importlib.import_module(f"learnflow.code_analysis.syntax.grammars.{language}").GRAMMAR
    if not isinstance(found, Grammar):
        msg = f"{language} has no grammar"
        raise TypeError(msg)
    return found
