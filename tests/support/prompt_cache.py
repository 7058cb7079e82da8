"""The prompt cache of the Messages API, played: what is the same from the beginning of a request is read again.

A request is tools, then the form of its answer, then the blocks of the system prompt; with another form nothing is the
same. Up to each block that is marked, a prefix is kept, unless it is shorter than its model's floor. Nothing expires.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final

FLOORS: Final = {"claude-sonnet-5-5": 2_048, "claude-haiku-5-5": 4_096}  # tokens; those of the newest models of a kind
_BYTES_A_TOKEN: Final = 4.5


def tokens(text: str) -> int:
    """Return about how many tokens a text has."""
    return round(len(text.encode()) / _BYTES_A_TOKEN)


@dataclass
class PromptCache:
    """What was kept so far, and of each request how much of its first block was read."""

    kept: set[str] = field(default_factory=set)
    first_blocks: list[tuple[int, int]] = field(default_factory=list)  # tokens that were read, and all

    def usage(self, asked: dict[str, Any], output: str) -> dict[str, int]:
        """Return what the API says of the tokens of a request, and keep its prefixes."""
        prefixes = self._prefixes(asked)
        read = max((length for key, length in prefixes if key in self.kept), default=0)
        longest = max((length for _, length in prefixes), default=0)
        self.kept |= {key for key, _ in prefixes}
        first = tokens(asked["system"][0]["text"])
        self.first_blocks.append((min(read, first), first))
        everything = tokens("".join([*_texts(asked), *(message["content"] for message in asked["messages"])]))
        return {
            "input_tokens": everything - longest, "output_tokens": tokens(output),
            "cache_read_input_tokens": read, "cache_creation_input_tokens": longest - read,
        }  # fmt: skip

    @property
    def share_of_first_blocks(self) -> float:
        """How much of the first blocks of all requests was read from the cache."""
        return sum(read for read, _ in self.first_blocks) / sum(whole for _, whole in self.first_blocks)

    def _prefixes(self, asked: dict[str, Any]) -> list[tuple[str, int]]:
        """Return the prefixes that can be kept, and their tokens."""
        form = asked.get("output_config", {}).get("format")
        texts, found = _texts(asked), list[tuple[str, int]]()
        for count, block in enumerate(asked["system"], start=1):
            length = tokens("".join(texts[:count]))
            if "cache_control" in block and length >= FLOORS[asked["model"]]:
                key = json.dumps([asked["model"], asked.get("tools"), form, texts[:count]])
                found.append((key, length))
        return found


def _texts(asked: dict[str, Any]) -> list[str]:
    return [block["text"] for block in asked["system"]]
