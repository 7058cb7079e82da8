"""faust.ini and the environment → frozen settings. A wrong one is refused in one line that names it."""

import configparser
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ValidationError,
    model_validator,
)

from learnflow.domain.mastery import MasteryModel, shipped
from learnflow.domain.mastery.parameters import loads
from learnflow.models.fields import explain
from learnflow.sandbox.settings import SandboxSettings

FILE = "faust.ini"
PREFIX = "LEARNFLOW_"
TESTS = "LEARNFLOW_TEST_"  # what the test suite reads is no setting


class SettingsError(Exception):
    """A setting is unknown or has a wrong value."""


def _one_line(text: object) -> object:
    """Return a text that the file has on several lines as one."""
    return " ".join(text.split()) if isinstance(text, str) else text


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Learnflow(_Section):
    """What a deployment sets first."""

    broker: Annotated[str, Field(pattern=r"^(kafka://[^/\s]+)?$")] = ""
    data_directory: str = ""
    tutor: Literal["auto", "claude", "offline"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "warning"

    @property
    def bootstrap(self) -> list[str]:
        """The brokers as host:port."""
        return self.broker.removeprefix("kafka://").split(";")


class Database(_Section):
    """Where PostgreSQL is."""

    url: Annotated[str, Field(pattern=r"^(postgres(ql)?://\S+)?$", repr=False)] = ""


class Agents(_Section):
    """How much agents do at once."""

    in_flight: PositiveInt = 64
    drain_seconds: PositiveFloat = 10.0
    heartbeat_seconds: PositiveFloat = 10.0


class Triage(_Section):
    """When triage is sure enough."""

    minimum_confidence: Annotated[float, Field(ge=0.0, le=1.0)] = 0.4


class Limits(_Section):
    """How long a query may take, and what else is bounded."""

    open_query_seconds: PositiveFloat = 120.0
    collaboration_seconds: PositiveFloat = 15.0
    turns: PositiveInt = 5
    future_seconds: Annotated[float, Field(gt=0.0, le=86_400.0)] = 300.0

    @model_validator(mode="after")
    def _collaboration_ends_first(self) -> Self:
        if self.collaboration_seconds >= self.open_query_seconds:
            msg = "collaboration_seconds must be less than open_query_seconds"
            raise ValueError(msg)
        return self


class Learner(_Section):
    """How mastery is estimated."""

    parameters: str = ""

    def model(self) -> MasteryModel:
        """Return the mastery model. Raises SettingsError when its file cannot be used."""
        if not self.parameters:
            return shipped()
        try:
            return MasteryModel(loads(Path(self.parameters).read_text(encoding="utf-8")))
        except ValidationError as error:
            reason = explain(error)
        except (OSError, UnicodeDecodeError) as error:
            reason = " ".join(str(error).split())
        msg = f"{variable('learner', 'parameters')}: {reason}"
        raise SettingsError(msg)


class Claude(_Section):
    """How Claude is asked; the key is ANTHROPIC_API_KEY of the environment."""

    model: Annotated[str, Field(min_length=1)] = "claude-sonnet-5-5"
    triage_model: Annotated[str, Field(min_length=1)] = "claude-haiku-5-5"
    timeout_seconds: PositiveFloat = 60.0
    attempts: PositiveInt = 4
    requests_per_minute: NonNegativeInt = 0
    input_tokens_per_minute: NonNegativeInt = 0
    output_tokens_per_minute: NonNegativeInt = 0
    failures_until_pause: PositiveInt = 5
    pause_seconds: PositiveFloat = 30.0
    when_away: Literal["offline", "cache", "fail"] = "offline"
    cache_days: NonNegativeInt = 7
    history_tokens: NonNegativeInt = 1_500
    questions_per_day: NonNegativeInt = 200
    budget_usd_per_day: Annotated[float, Field(ge=0.0)] = 0.0
    prices: str = "claude-sonnet-5-5 3 15, claude-haiku-5-5 1 5"


class Safety(_Section):
    """What a student is told who may be in distress or danger."""

    supportive_answer: Annotated[str, BeforeValidator(_one_line), Field(min_length=10)] = (
        "What you write sounds as if you are having a very hard time, and that matters more than any exercise. "
        "Please talk to somebody you trust now: a friend, your family, a teacher. If you might hurt yourself or "
        "are in danger, call your local emergency number or a crisis line; they listen at any hour. I am a program "
        "and cannot help with this as a person can, but you do not have to carry it alone. Whenever you want to go "
        "on programming, I am here."
    )


class Sink(_Section):
    """How the sink batches."""

    batch: PositiveInt = 2_000


class Kafka(_Section):
    """How the clients talk to the brokers."""

    fetch_wait_ms: PositiveInt = 500
    batch_bytes: PositiveInt = 131_072
    session_timeout_seconds: PositiveFloat = 6.0


class Web(_Section):
    """Where a worker's web views are served."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 6066


class Settings(_Section):
    """All settings of a process."""

    learnflow: Learnflow = Learnflow()
    database: Database = Database()
    agents: Agents = Agents()
    triage: Triage = Triage()
    limits: Limits = Limits()
    learner: Learner = Learner()
    claude: Claude = Claude()
    safety: Safety = Safety()
    sandbox: SandboxSettings = SandboxSettings()
    sink: Sink = Sink()
    kafka: Kafka = Kafka()
    web: Web = Web()

    def as_environment(self) -> dict[str, str]:
        """Return the environment that gives a process these settings."""
        return {
            variable(section, key): str(value)
            for section, values in self.model_dump().items()
            for key, value in values.items()
        }

    def need_broker(self) -> str:
        """Return the broker's URL. Raises SettingsError when none is set."""
        if not self.learnflow.broker:
            msg = "LEARNFLOW_BROKER: must be set to kafka://host:port"
            raise SettingsError(msg)
        return self.learnflow.broker

    def need_database(self) -> str:
        """Return the database's URL. Raises SettingsError when none is set."""
        if not self.database.url:
            msg = "LEARNFLOW_DATABASE_URL: must be set to postgresql://user:password@host:port/name"
            raise SettingsError(msg)
        return self.database.url


def load(environment: Mapping[str, str], file: Path) -> Settings:
    """Read the settings. Raises SettingsError with one line that names what is wrong."""
    values = _from_file(file)
    for name, text in environment.items():
        if name.startswith(PREFIX) and not name.startswith(TESTS):
            section, key = _place(name)
            values.setdefault(section, {})[key] = text
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None


@cache
def current() -> Settings:
    """The settings of this process."""
    return load(os.environ, Path(FILE))


def variable(section: str, key: str) -> str:
    """Return the environment variable of a setting."""
    return f"{PREFIX}{key}".upper() if section == "learnflow" else f"{PREFIX}{section}_{key}".upper()


def _from_file(file: Path) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(file, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError, OSError) as error:
        msg = f"{file}: cannot be read: {' '.join(str(error).split())}"
        raise SettingsError(msg) from None
    return {section: dict(parser[section]) for section in parser.sections()}


def _place(name: str) -> tuple[str, str]:
    for section, field in Settings.model_fields.items():
        for key in getattr(field.annotation, "model_fields", {}):
            if name == variable(section, key):
                return section, key
    msg = f"{name}: there is no such setting"
    raise SettingsError(msg)


def _sentence(error: ValidationError) -> str:
    item = error.errors(include_url=False, include_input=False)[0]
    section, *key = (str(part) for part in item["loc"])
    name = variable(section, key[0]) if key else f"[{section}]"
    return f"{name} (or [{section}] in {FILE}): {item['msg'].removeprefix('Value error, ')}"
