"""A fragment is right when it can be read in one of its frames, and what its grammar lets pass is no fault either."""

from dataclasses import dataclass
from operator import attrgetter, itemgetter
from time import thread_time
from typing import Final

from learnflow.code_analysis.bounded_parsing import parse, too_deep
from learnflow.code_analysis.syntax.fault import Breach, SyntaxFault, fault_at
from learnflow.code_analysis.syntax.grammar import Grammar
from learnflow.code_analysis.syntax.parser_errors import damage, locate_parse_error
from learnflow.code_analysis.syntax.strictness import first_breach

_SECONDS: Final = 0.5  # of this thread's processor time, after which no further frame is tried
_ALSO_ASKED: Final = 2  # frames beside the bare fragment, of those that it fits best: each costs another parse
_BARE: Final = ("", "")


def first_fault(grammar: Grammar, code: str) -> SyntaxFault | None:
    """Return None when the fragment can be read in a frame; else its fault, from the frame that reads furthest."""
    deep = too_deep(code, semicolons=grammar.semicolons)
    if deep is not None:
        return fault_at(code, deep, "the code is nested too deeply to be read")
    source = code.encode()
    breach: Breach | None = None
    damaged: list[tuple[int, _Framed]] = []
    end = thread_time() + _SECONDS
    for before, behind in (_BARE, *grammar.frames):
        framed = _Framed(b"%b\n%b\n%b" % (before.encode(), source, behind.encode()), len(before) + 1, len(source))
        tree = parse(grammar.language, framed.text) if thread_time() < end else None
        if tree is None or tree.root_node.has_error:
            damaged.append((damage(tree.root_node) if tree else len(source), framed))
            continue
        found = first_breach(grammar, tree, framed.start, framed.start + framed.length)
        if found is None:
            return None
        breach = breach or Breach(found.at - framed.start, found.says)
    if breach is None:
        bare, *others = damaged
        fitting = [bare, *sorted(others, key=itemgetter(0))[: _ALSO_ASKED if thread_time() < end else 0]]
        breach = max((_stop(grammar, framed) for _, framed in fitting), key=attrgetter("at"))
    return fault_at(code, len(source[: breach.at].decode(errors="ignore")), breach.says)


@dataclass(frozen=True, slots=True)
class _Framed:
    """A fragment in its frame: what the parser reads, the byte at which the fragment begins, and its bytes."""

    text: bytes
    start: int
    length: int


def _stop(grammar: Grammar, framed: _Framed) -> Breach:
    stop = locate_parse_error(grammar.language, framed.text)
    if stop.at >= framed.start + framed.length:
        source = framed.text[framed.start : framed.start + framed.length]
        return Breach(len(source.rstrip()), "the code ends before it is complete")
    return Breach(max(stop.at - framed.start, 0), stop.says)
