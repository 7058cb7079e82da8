"""How many ids a state remembers, to know a repeat, and how short it keeps them. No clock, no I/O."""

from typing import Final
from uuid import UUID

REMEMBERED: Final = 512  # ids; more than a worker can have counted and not yet committed of one student
_SHORTENED: Final = 11  # hexadecimal digits of an id that are kept: 44 bits


def shortened(message_id: UUID) -> str:
    """Return enough of an id to know a student's messages apart."""
    return message_id.hex[:_SHORTENED]
