"""What every agent is given."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from learnflow.settings import Settings
from learnflow.tutor.interface import Tutor


@dataclass(frozen=True, slots=True)
class Context:
    """Settings, the tutor and the clock of one worker."""

    settings: Settings
    tutor: Tutor
    now: Callable[[], datetime]
    instance: str
