"""For the time of the move: the causes of the languages with braces that are not declared in the new way yet."""

from learnflow.code_analysis.causes import Cause
from learnflow.code_analysis.rules.blocks import BLOCKS
from learnflow.code_analysis.rules.java.logic import JAVA
from learnflow.code_analysis.rules.javascript.asynchronous import LATER
from learnflow.code_analysis.rules.javascript.logic import JAVASCRIPT
from learnflow.code_analysis.syntax_tree import root
from learnflow.models.vocabulary import Language

_OWN = {Language.JAVASCRIPT: (*LATER, *JAVASCRIPT), Language.JAVA: JAVA}


def silent_causes(code: str, language: Language) -> tuple[Cause, ...]:
    """Return what can be seen in code that it surely does wrong without an error, by line."""
    tree = root(code, language)
    if tree is None:
        return ()
    found = [one for check in BLOCKS for one in check(tree, language)]
    found += [one for check in _OWN.get(language, ()) for one in check(tree)]
    return tuple(sorted(found, key=lambda one: one.line))
