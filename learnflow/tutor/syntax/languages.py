"""The grammar of each language, loaded when it is first needed: each costs some megabytes."""

import importlib
from functools import cache

from learnflow.models.vocabulary import Language
from learnflow.tutor.syntax.grammar import Grammar


@cache
def grammar(language: Language) -> Grammar:
    """Return a language's grammar with its frames and rules."""
    found = importlib.import_module(f"learnflow.tutor.syntax.grammars.{language}").GRAMMAR
    if not isinstance(found, Grammar):
        msg = f"{language} has no grammar"
        raise TypeError(msg)
    return found
