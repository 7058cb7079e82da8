"""What the Messages API sends back, as far as it is read here. The SDK checks nothing of it; this does."""

from typing import Annotated

from pydantic import Field, StringConstraints

from learnflow.models.fields import Model, NonBlank
from learnflow.tutor.claude.client.interface import Tokens

_Count = Annotated[int, Field(ge=0, lt=2**31)]  # more no answer has, and PostgreSQL keeps their sums


class Block(Model):
    """A part of an answer; only those of the type `text` are read."""

    type: str
    text: str | None = None


class Spent(Model):
    """The tokens of a call. Those of the cache come apart from the others that went in."""

    input_tokens: _Count | None = None
    output_tokens: _Count | None = None
    cache_read_input_tokens: _Count | None = None
    cache_creation_input_tokens: _Count | None = None


class Reply(Model):
    """A whole answer, also one that is of no use."""

    model: Annotated[NonBlank, StringConstraints(max_length=100)]
    stop_reason: str
    content: tuple[Block, ...]
    usage: Spent

    @property
    def text(self) -> str:
        """What was written, in however many blocks."""
        return "".join(block.text or "" for block in self.content if block.type == "text")

    @property
    def tokens(self) -> Tokens:
        """What it cost."""
        spent = self.usage
        read, written = spent.cache_read_input_tokens or 0, spent.cache_creation_input_tokens or 0
        return Tokens((spent.input_tokens or 0) + read + written, spent.output_tokens or 0, read, written)
