"""What every agent is given, and what of it is built from settings."""

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from learnflow.agents.answers_under_way import AnswersUnderWay
from learnflow.domain.mastery.model import MasteryModel, shipped
from learnflow.domain.mastery.parameters import Parameters
from learnflow.domain.question.similarity import Alike, alike
from learnflow.embedding import EmbeddingMissingError, by_sense
from learnflow.models.fields import explain
from learnflow.sandbox import Sandbox
from learnflow.settings import Learner, Settings, SettingsError, Struggle, variable
from learnflow.streams.codec import Clock
from learnflow.tutor.interface import Tutor


@dataclass(frozen=True, slots=True)
class Context:
    """What the agents of one worker share. `alike` says whether two questions ask the same."""

    settings: Settings
    tutor: Tutor
    sandbox: Sandbox
    mastery: MasteryModel
    now: Clock
    instance: str
    alike: Alike = alike
    answers: AnswersUnderWay = field(default_factory=AnswersUnderWay)


def similarity(settings: Struggle) -> Alike:
    """Return how questions are compared. Raises SettingsError when it is not installed."""
    if settings.similarity == "words":
        return alike
    try:
        return by_sense()
    except EmbeddingMissingError as error:
        raise SettingsError(f"{variable('struggle', 'similarity')}: embedding {error}") from error


def mastery_model(settings: Learner) -> MasteryModel:
    """Return the mastery model. Raises SettingsError when its file cannot be used."""
    if not settings.parameters:
        return shipped()
    try:
        return MasteryModel(Parameters.model_validate_json(Path(settings.parameters).read_text(encoding="utf-8")))
    except ValidationError as error:
        reason = explain(error)
    except (OSError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())
    raise SettingsError(f"{variable('learner', 'parameters')}: {reason}")
