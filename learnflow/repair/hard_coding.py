"""Whether an edit writes what is expected into the program instead of working it out."""

import re
from collections.abc import Sequence
from typing import Final

from pydantic import JsonValue

from learnflow.repair.edits.change import common_start
from learnflow.sandbox.grading import as_text

_GIVES: Final = re.compile(r"\b(?:return|yield|print|println|log)\b|=>")


def hard_codes(before: str, after: str, outputs: Sequence[JsonValue]) -> bool:
    """Say whether the line that an edit changes now gives a constant that is one of the outputs.

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
