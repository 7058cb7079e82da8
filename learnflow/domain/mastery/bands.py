"""What a level is called."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from learnflow.models.learning_progress import MASTERED

BANDS: Final[Mapping[float, str]] = MappingProxyType({
    0.0: "new", 0.5: "learning", MASTERED: "mastered", 0.95: "expert",
})  # fmt: skip


def band(level: float) -> str:
    """Return the name of the highest band that a level reaches."""
    return BANDS[max(start for start in BANDS if start <= level)]
