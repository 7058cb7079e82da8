"""What the data model calls NULLABLE may be null: in each entity, and in each event that carries one."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from learnflow.models.events import EVENTS
from learnflow.models.events.responses import AgentResponse
from learnflow.models.examples import EXAMPLES as EVENT_EXAMPLES
from learnflow.models.exercise import Exercise
from learnflow.models.fields import Model
from learnflow.models.learning_progress import LearningProgress
from learnflow.models.student_query import StudentQuery
from tests.unit.models.test_entities import EXAMPLES

DATA_MODEL: Final = tomllib.loads((Path(__file__).parents[2] / "conformance.toml").read_text())
ENTITIES: Final[dict[str, type[Model]]] = {
    "2.1": StudentQuery, "2.2": AgentResponse, "2.4": LearningProgress, "2.7": Exercise,
}  # fmt: skip
ENVELOPE: Final = "2.8"
# Where events carry an entity: a field of this name, or the whole payload.
CARRIED: Final = {"query": "2.1", "progress": "2.4", "exercise": "2.7"}
PAYLOADS: Final = {"student.query.submitted": "2.1", "agent.response.completed": "2.2"}
# What another rule of the data model couples: code needs its language.
COUPLED: Final = {"language": "code_snippet"}


def nullable(section: str) -> list[str]:
    statements = DATA_MODEL[section]["statements"]
    return [each["name"].strip("`") for each in statements if "NULLABLE" in each["says"]]


def with_null(values: dict[str, Any], field: str) -> dict[str, Any]:
    return {**values, field: None, **({COUPLED[field]: None} if field in COUPLED else {})}


def places(value: Any, name: str | None) -> Iterator[tuple[list[str], str]]:
    """Yield the way to each entity in an event, and its section."""
    if not isinstance(value, dict):
        return
    if name is not None:
        yield [], name
    for key, inner in value.items():
        for way, section in places(inner, CARRIED.get(key)):
            yield [key, *way], section


def null_at(event: dict[str, Any], way: list[str], field: str) -> dict[str, Any]:
    if not way:
        return with_null(event, field)
    return {**event, way[0]: null_at(event[way[0]], way[1:], field)}


IN_EVENTS: Final = [
    (event_type, way, field)
    for event_type, example in EVENT_EXAMPLES.items()
    for way, section in [
        ([], ENVELOPE),
        *((["payload", *way], section) for way, section in places(
            example.payload.model_dump(mode="json"), PAYLOADS.get(event_type)
        )),
    ]
    for field in nullable(section)
]  # fmt: skip


def test_each_entity_that_has_such_fields_is_here() -> None:
    sections = {section for section in DATA_MODEL if any("NULLABLE" in each["says"] and each["name"].startswith("`")
                for each in DATA_MODEL[section]["statements"])}  # fmt: skip
    assert {section for section in sections if section.startswith("2.")} == {*ENTITIES, ENVELOPE}
    assert len(IN_EVENTS) > 50


@pytest.mark.parametrize(
    ("section", "field"), [(section, field) for section in ENTITIES for field in nullable(section)]
)
def test_a_field_of_an_entity_may_be_null(section: str, field: str) -> None:
    entity = ENTITIES[section]
    read = entity.model_validate(with_null(EXAMPLES[entity], field))
    assert not getattr(read, field)
    assert entity.model_validate_json(read.model_dump_json()) == read


@pytest.mark.parametrize(("event_type", "way", "field"), IN_EVENTS)
def test_a_field_in_an_event_may_be_null(event_type: str, way: list[str], field: str) -> None:
    event = EVENT_EXAMPLES[event_type].model_dump(mode="json")
    read = EVENTS[event_type].model_validate(null_at(event, way, field))
    assert EVENTS[event_type].model_validate_json(read.encode()) == read
