"""KafkaMessage (data model 2.8): the envelope around every event."""

from typing import Final, Generic, Self, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import Field, NonNegativeInt, PositiveInt

from learnflow import __version__
from learnflow.models.fields import Id, Model, Short, StudentId, Text, Timestamp, Version

Payload = TypeVar("Payload", bound=Model)

SCHEMA_VERSION: Final = "1.0"
_DERIVED: Final = uuid5(NAMESPACE_URL, "learnflow/derived")


def derived_id(student_id: str, query_id: UUID, what: str, attempt: int = 0) -> UUID:
    """Return the id of a message that follows from a query: a repeat gets the same id (UUIDv5)."""
    return uuid5(_DERIVED, f"{student_id}\n{query_id}\n{what}\n{attempt}")


class Metadata(Model):
    """What belongs to the message, not to the event."""

    sequence: PositiveInt | None = Field(default=None, description="Place in the query's message flow, from 1.")
    attempt: NonNegativeInt = Field(default=0, description="How often the query was redriven.")
    agent_version: Text | None = None


class Event(Model, Generic[Payload]):
    """One message: the envelope, and a payload of the model that its event type names."""

    schema_version: Version = SCHEMA_VERSION
    message_id: Id
    timestamp: Timestamp
    student_id: StudentId | None = None
    trace_id: Id
    event_type: Short
    metadata: Metadata | None = None
    payload: Payload

    @property
    def attempt(self) -> int:
        """How often the query behind this message was redriven."""
        return self.metadata.attempt if self.metadata else 0

    @property
    def sequence(self) -> int:
        """Place in the query's message flow; 0 before the first message."""
        return (self.metadata.sequence if self.metadata else None) or 0

    @property
    def key(self) -> bytes | None:
        """The Kafka key: the student, which keeps a student's messages in order."""
        return None if self.student_id is None else self.student_id.encode()

    def redriven(self, attempt: int) -> Self:
        """Return the message as part of a later attempt at its query."""
        metadata = self.metadata or Metadata()
        return self.model_copy(update={"metadata": metadata.model_copy(update={"attempt": attempt})})

    def encode(self) -> bytes:
        """Return the message as UTF-8 JSON."""
        return self.__pydantic_serializer__.to_json(self)


def version_metadata(*, sequence: int | None = None, attempt: int = 0) -> Metadata:
    """Return the metadata of a message that LearnFlow itself produces."""
    return Metadata(sequence=sequence, attempt=attempt, agent_version=f"v{__version__}")
