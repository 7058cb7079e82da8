"""Edits that meet all cases, and what they do beside them → what may be claimed. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from pydantic import JsonValue

from learnflow.repair.edits import Edit
from learnflow.repair.edits.change import common_start
from learnflow.sandbox import CaseResult, Verdict
from learnflow.sandbox.grading import as_text

NONE_HELPS: Final = "no small edit meets all cases"
STOPPED: Final = "it raised Stopped"
_NO_OUTPUT: Final = "\N{WHITE SQUARE}"
_RAISED: Final = "it raised "
_CUT: Final = "…"
_GIVES: Final = re.compile(r"\b(?:return|yield|print|println|log)\b|=>")

Outputs: TypeAlias = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """What a search has shown.

    `line` is where all edits are that meet the cases; `code` is one of them, where they all do the same on other values
    too. `candidates` are edits that meet the cases, one of those that do the same, the likeliest first; `differ` says
    whether they were seen to differ on other values. Without a line or code, `problem` says why. `milliseconds` is what
    the runs took.
    """

    line: int | None = None
    code: str | None = None
    candidates: tuple[Edit, ...] = ()
    differ: bool = False
    problem: str = ""
    milliseconds: int = 0


def claimed(outputs: Mapping[Edit, Outputs]) -> Repair:
    """Claim what all edits have in common."""
    passing = tuple(outputs)
    if not passing:
        return Repair(problem=NONE_HELPS)
    if len(passing) == 1 or _agree(tuple(outputs.values())):
        return Repair(common_line(passing), passing[0].code, passing[:1])
    differ = len(set(outputs.values())) > 1
    problem = "edits that meet all cases do different things on other inputs" if differ else "edits cannot be compared"
    return Repair(common_line(passing), candidates=tuple(_likeliest(outputs)), differ=differ, problem=problem)


def common_line(passing: Sequence[Edit]) -> int | None:
    """Return the line of all edits, if it is one."""
    lines = {edit.line for edit in passing}
    return lines.pop() if len(lines) == 1 else None


def output(result: CaseResult | None) -> str | None:
    """Return what came out, or how it ended; None where that is not known, or not in whole."""
    if result is None or result.verdict is Verdict.NOT_RUN or (result.got or "").endswith(_CUT):
        return None
    if result.got is None or result.got.startswith(_RAISED):
        return f"{_NO_OUTPUT}{result.got or result.verdict}"
    return result.got


def _likeliest(outputs: Mapping[Edit, Outputs]) -> Iterator[Edit]:
    """Yield one of those edits that do the same; none that always gives the same, where others do not."""
    alike: dict[Outputs, list[Edit]] = {}
    for edit, seen in outputs.items():
        alike.setdefault(seen or (edit.code,), []).append(edit)
    varying = [edits for seen, edits in alike.items() if len({*seen} - {None}) > 1]
    by_weight = sorted(varying or alike.values(), key=lambda edits: -sum(edit.weight for edit in edits))
    yield from (edits[0] for edits in by_weight)


def _agree(outputs: Sequence[Outputs]) -> bool:
    """Say whether the outputs of all are the same for each input, as far as they are known, and some are outputs.

    That all end with an error says nothing of which is right.
    """
    known = [{output for output in one if output is not None} for one in zip(*outputs, strict=True)]
    return all(len(one) <= 1 for one in known) and any(
        one and not next(iter(one)).startswith(_NO_OUTPUT) for one in known
    )


def hard_codes(before: str, after: str, outputs: Sequence[JsonValue]) -> bool:
    """Say whether the line that an edit changes gives a constant that is an output, instead of working it out.

    What the program gave as a constant already may be given elsewhere: true and false, say.
    """
    start = common_start(before, after)
    line = after[after.rfind("\n", 0, start) + 1 :].partition("\n")[0]
    given = _GIVES.search(line)
    if given is None:
        return False
    constant = line[given.end() :].strip(" ();\"'")
    known = {as_text(output).strip() for output in outputs if not isinstance(output, bool)}
    return constant in known and not re.search(rf"(?<![\w.]){re.escape(constant)}(?![\w.])", before)
