"""The sections of faust.ini: plain values, from which others build what they need."""

import os
import socket
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

Support = Literal["low", "moderate", "high"]

PREFIX: Final = "LEARNFLOW_"
SHORTEST: Final = 16  # characters of a secret; what is shorter can be guessed


class SettingsError(Exception):
    """A setting is unknown or has a wrong value."""


class Section(BaseModel):
    """A section of the file, frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def variable(section: str, key: str) -> str:
    """Return the environment variable of a setting."""
    return f"{PREFIX}{key}".upper() if section == "learnflow" else f"{PREFIX}{section}_{key}".upper()


def _secret(text: str) -> str:
    if text and (len(text) < SHORTEST or not text.isascii() or not text.isprintable() or " " in text):
        raise ValueError(f"must have at least {SHORTEST} characters, and no other than letters, digits and signs")
    return text


Secret = Annotated[str, AfterValidator(_secret), Field(repr=False)]


def _one_line(text: object) -> object:
    """Return a text that the file has on several lines as one."""
    return " ".join(text.split()) if isinstance(text, str) else text


class Learnflow(Section):
    """What a deployment sets first."""

    broker: Annotated[str, Field(pattern=r"^(kafka://[^/\s]+)?$")] = ""
    data_directory: str = ""
    tutor: Literal["auto", "claude", "offline"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    log_format: Literal["auto", "json", "text"] = "auto"

    @property
    def directory(self) -> Path:
        """Where data that outlives a run is kept: as set, or the system's place for root, else the user's own."""
        if self.data_directory or os.geteuid() == 0:
            return Path(self.data_directory or "/var/lib/learnflow")
        state = Path(os.environ.get("XDG_STATE_HOME", ""))
        # The XDG specification: a relative path is invalid and ignored.
        return (state if state.is_absolute() else Path.home() / ".local" / "state") / "learnflow"

    @property
    def bootstrap(self) -> list[str]:
        """The brokers as host:port."""
        return self.broker.removeprefix("kafka://").split(";")


class Database(Section):
    """Where PostgreSQL is, and how long it keeps questions."""

    url: Annotated[str, Field(pattern=r"^(postgres(ql)?://\S+)?$", repr=False)] = ""
    keep_days: Annotated[int, Field(ge=0, le=36_500)] = 90


class Agents(Section):
    """How much agents do at once."""

    in_flight: PositiveInt = 64
    drain_seconds: PositiveFloat = 10.0
    heartbeat_seconds: PositiveFloat = 10.0


class Triage(Section):
    """When triage is sure enough."""

    minimum_confidence: Annotated[float, Field(ge=0.0, le=1.0)] = 0.4


class Limits(Section):
    """How long a query may take, and what else is bounded."""

    open_query_seconds: PositiveFloat = 120.0
    collaboration_seconds: PositiveFloat = 40.0
    turns: PositiveInt = 5
    future_seconds: Annotated[float, Field(gt=0.0, le=86_400.0)] = 300.0

    @model_validator(mode="after")
    def _collaboration_ends_first(self) -> Self:
        if self.collaboration_seconds >= self.open_query_seconds:
            raise ValueError("collaboration_seconds must be less than open_query_seconds")
        return self


class Struggle(Section):
    """How two questions are compared, to see whether they ask the same."""

    similarity: Literal["words", "embedding"] = "words"


class Learner(Section):
    """How mastery is estimated."""

    parameters: str = ""


class Tutor(Section):
    """How much of a solution answers may give away; `learnflow.domain.support_ladder` says what that means."""

    support: Support = "high"


class Safety(Section):
    """What a student is told who may be in distress or danger."""

    supportive_answer: Annotated[str, BeforeValidator(_one_line), Field(min_length=10)] = (
        "What you write sounds as if you are having a very hard time, and that matters more than any exercise. "
        "Please talk to somebody you trust now: a friend, your family, a teacher. If you might hurt yourself or "
        "are in danger, call your local emergency number or a crisis line; they listen at any hour. I am a program "
        "and cannot help with this as a person can, but you do not have to carry it alone. Whenever you want to go "
        "on programming, I am here."
    )


class SandboxSettings(Section):
    """How student code is isolated, how many runs there are at once, and what each may use."""

    isolation: Literal["bubblewrap", "limits"] = "bubblewrap"
    at_once: PositiveInt = 4
    case_seconds: PositiveFloat = 2.0
    total_seconds: PositiveFloat = 20.0
    memory_mb: Annotated[int, Field(ge=256)] = 512
    output_kb: PositiveInt = 64


class Sink(Section):
    """How the sink batches."""

    batch: PositiveInt = 2_000


class Kafka(Section):
    """How the clients talk to the brokers."""

    fetch_wait_ms: PositiveInt = 500
    batch_bytes: PositiveInt = 131_072
    session_timeout_seconds: PositiveFloat = 6.0


class Web(Section):
    """Where a worker's web views are served, and to whom."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 6066
    address: Annotated[str, Field(pattern=r"^(https?://[^/\s]+)?$")] = ""
    operator_token: Secret = ""
    student_secret: Secret = ""

    @property
    def reached_at(self) -> str:
        """The URL at which other workers reach this one."""
        if self.address:
            return self.address
        everywhere = self.host in {"0.0.0.0", "::", ""}  # noqa: S104 - what is compared with
        host = socket.gethostname() if everywhere else self.host
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"
