"""The prompts: Markdown files beside this one, each with a version that changes whenever its text does.

What others wrote goes into a message as data between fences that it cannot close.
"""

import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from learnflow.models.vocabulary import Specialist

_FENCE: Final = re.compile(r"`{3,}")
COMMON: Final = ("tutor", "ladder", "hard_conversations")  # one block of the cache, the same bytes for all agents
_VERSION: Final = 12  # characters of the hash: enough to tell texts apart


@dataclass(frozen=True, slots=True)
class Prompt:
    """A system prompt, the version by which answers name it, and what of it all agents have in common, if anything."""

    own: str
    version: str
    common: str = ""

    @property
    def text(self) -> str:
        """The whole prompt."""
        return self.common + self.own


@cache
def prompt(name: str, *common: str) -> Prompt:
    """Return the prompt in the file of a name, after what it has in common with others. Raises FileNotFoundError."""
    before, own = "".join(f"{_read(each)}\n" for each in common), _read(name)
    return Prompt(own, f"{name}-{sha256((before + own).encode()).hexdigest()[:_VERSION]}", before)


def agent_prompt(agent: Specialist) -> Prompt:
    """Return what an agent is told that answers students: the common ground of all of them, and its own part."""
    return prompt(agent.replace("-", "_"), *COMMON)


def _read(name: str) -> str:
    return files(__name__).joinpath(f"{name}.md").read_text(encoding="utf-8")


def fenced(text: str, language: str = "") -> str:
    """Put a text between fences that it cannot close: they are longer than any row of backticks in it."""
    longest = max((len(run) for run in _FENCE.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def both_ends(text: str, longest: int) -> str:
    """Return both ends of a text that is longer than so many characters: the beginning, and what came last."""
    half = longest // 2
    return text if len(text) <= longest else f"{text[:half]}\n\N{HORIZONTAL ELLIPSIS}\n{text[-half:]}"
