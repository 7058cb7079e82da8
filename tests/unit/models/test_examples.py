"""Every event type has an example, and it is what really travels."""

import pytest

from learnflow.models.events import PAYLOADS
from learnflow.models.examples import EXAMPLES
from learnflow.streams.codec import decode
from learnflow.topics import TOPICS, Topic

TRAVELS = [(topic, name) for topic in TOPICS for name in topic.events]


def test_every_event_type_has_an_example() -> None:
    assert set(EXAMPLES) == set(PAYLOADS)


def test_every_event_type_travels_on_a_topic() -> None:
    assert {name for _, name in TRAVELS} == set(PAYLOADS)


@pytest.mark.parametrize(("topic", "name"), TRAVELS, ids=lambda value: getattr(value, "name", value))
def test_an_example_is_read_as_it_was_written(topic: Topic, name: str) -> None:
    event = EXAMPLES[name]
    believed = event.model_copy(update={"metadata": None}) if topic.external else event
    assert decode(topic, event.key, event.encode()) == believed


def test_no_two_examples_are_the_same_message() -> None:
    assert len({event.message_id for event in EXAMPLES.values()}) == len(EXAMPLES)
