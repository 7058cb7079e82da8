"""What every agent is given."""

from dataclasses import dataclass

from learnflow.domain.mastery import MasteryModel
from learnflow.sandbox import Sandbox
from learnflow.settings import Settings
from learnflow.streams.clock import Clock
from learnflow.tutor.interface import Tutor


@dataclass(frozen=True, slots=True)
class Context:
    """Settings, the tutor, the sandbox, the mastery model and the clock of one worker."""

    settings: Settings
    tutor: Tutor
    sandbox: Sandbox
    mastery: MasteryModel
    now: Clock
    instance: str
