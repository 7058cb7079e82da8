"""JSON Schemas of whole messages and of the eight entities, and the parts of the documents that are always the same."""

import tomllib
from importlib.resources import files
from typing import Any, Final

from pydantic.json_schema import models_json_schema

from learnflow.models.agent_health import AgentHealthMetrics
from learnflow.models.envelope import Event
from learnflow.models.events import EVENTS, PAYLOADS
from learnflow.models.events.responses import AgentResponse
from learnflow.models.events.routing import MessageFlow
from learnflow.models.examples import EXAMPLES
from learnflow.models.exercise import Exercise
from learnflow.models.fields import Model
from learnflow.models.learning_progress import LearningProgress
from learnflow.models.student import Student
from learnflow.models.student_query import StudentQuery
from learnflow.topics import AGENT_LOGS

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

ENTITIES: Final[dict[str, type[Model]]] = {
    "student_query": StudentQuery,
    "agent_response": AgentResponse,
    "student": Student,
    "learning_progress": LearningProgress,
    "agent_health_metrics": AgentHealthMetrics,
    "message_flow": MessageFlow,
    "exercise": Exercise,
    "kafka_message": Event[Model],
}


def events() -> dict[str, dict[str, Any]]:
    """Return the schema of the whole message, with an example, by event type."""
    return {name: {"$schema": DIALECT, **_event(name, model.model_json_schema())} for name, model in EVENTS.items()}


def entities() -> dict[str, dict[str, Any]]:
    """Return the schemas of the data model's entities, by the names of their modules."""
    schemas = {name: {"$schema": DIALECT, **model.model_json_schema()} for name, model in ENTITIES.items()}
    schemas["kafka_message"]["title"] = "KafkaMessage"
    return schemas


def components() -> dict[str, Any]:
    """Return every message's schema by event type, and the models that they share by name, for one document."""
    models = [(model, "validation") for model in EVENTS.values()]
    placed, document = models_json_schema(models, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    defined: dict[str, Any] = document["$defs"]
    messages = {}
    for name, model in EVENTS.items():
        reference = placed[(model, "validation")]["$ref"]
        messages[name] = _event(name, defined.pop(reference.rsplit("/", 1)[1]))
    return {**messages, **dict(sorted(defined.items()))}


def example(event_type: str) -> dict[str, Any]:
    """Return the example of an event, as it travels but for the fields that nobody set."""
    return EXAMPLES[event_type].model_dump(mode="json", exclude_none=True)


def _event(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Tighten the envelope's schema to one event type: what only its name decides."""
    properties = dict(schema["properties"])
    properties["event_type"] = {"const": name, "title": "Event Type", "type": "string"}
    properties["schema_version"] = {**properties["schema_version"], "pattern": r"^1\.[0-9]+$"}
    required = list(schema["required"])
    if name not in AGENT_LOGS.events:
        student = next(choice for choice in properties["student_id"]["anyOf"] if choice["type"] != "null")
        properties["student_id"] = {**student, "title": "Student Id", "description": "Also the message's key."}
        required.append("student_id")
    return {
        **schema,
        "title": name,
        "description": (PAYLOADS[name].__doc__ or "").strip(),
        "properties": properties,
        "required": required,
        "examples": [example(name)],
    }


def fixed_part(name: str) -> dict[str, Any]:
    """Return a part of the documents that no code decides."""
    part: dict[str, Any] = tomllib.loads(files(__package__).joinpath("fixed_parts.toml").read_text("utf-8"))[name]
    return part
