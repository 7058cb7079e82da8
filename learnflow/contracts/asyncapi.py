"""The AsyncAPI 3 document: every topic a channel, every event type a message."""

from typing import Any, Final

from learnflow.contracts import schemas
from learnflow.contracts.schemas import fixed_part
from learnflow.models.events import PAYLOADS
from learnflow.streams import dead_letters
from learnflow.topics import DEAD_LETTERS, STUDENT_QUERIES, TOPICS, Topic

BINDING: Final = "0.5.0"  # of Kafka in AsyncAPI
DEAD_LETTER: Final = "dead-letter"


def document() -> dict[str, Any]:
    """Return the AsyncAPI document. It declares no JSON Schema dialect: AsyncAPI's parser knows draft 7 only."""
    return {
        **fixed_part("asyncapi"),
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {name: body for topic in TOPICS for name, body in _operations(topic).items()},
        "components": {
            "messages": {**{name: _message(name) for name in PAYLOADS}, DEAD_LETTER: _dead_letter()},
            "schemas": schemas.components(),
            "correlationIds": fixed_part("correlation_ids"),
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    settings = topic.config(topic.replication)
    kafka = {
        "topic": topic.name,
        "partitions": topic.partitions,
        "replicas": topic.replication,
        "topicConfiguration": {
            "cleanup.policy": [settings["cleanup.policy"]],
            "retention.ms": int(settings["retention.ms"]),
            "max.message.bytes": int(settings["max.message.bytes"]),
        },
        "bindingVersion": BINDING,
    }
    return {
        "address": topic.name,
        "description": topic.purpose,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in topic.events or (DEAD_LETTER,)},
        "bindings": {"kafka": kafka},
    }


def _operations(topic: Topic) -> dict[str, Any]:
    """Say what LearnFlow does: questions come from outside, and dead letters are for people."""
    actions = [("send", "Sends")] if topic != STUDENT_QUERIES else []
    actions += [("receive", "Receives")] if topic != DEAD_LETTERS else []
    return {
        f"{action}-{topic.name}": {
            "action": action,
            "channel": {"$ref": f"#/channels/{topic.name}"},
            "summary": f"{verb}: {topic.purpose}",
            "messages": [
                {"$ref": f"#/channels/{topic.name}/messages/{name}"} for name in topic.events or (DEAD_LETTER,)
            ],
        }
        for action, verb in actions
    }


def _message(event_type: str) -> dict[str, Any]:
    return {
        "name": event_type,
        "title": event_type,
        "summary": (PAYLOADS[event_type].__doc__ or "").strip(),
        **fixed_part("message"),
        "payload": {"$ref": f"#/components/schemas/{event_type}"},
        "bindings": {"kafka": {"key": fixed_part("message_key"), "bindingVersion": BINDING}},
        "examples": [{"name": event_type, "payload": schemas.example(event_type)}],
    }


def _dead_letter() -> dict[str, Any]:
    headers = {name: {"type": "string", "description": text} for name, text in dead_letters.HEADERS.items()}
    return {
        "name": DEAD_LETTER,
        **fixed_part("dead_letter"),
        "headers": {"type": "object", "properties": headers, "required": list(dead_letters.REQUIRED)},
        "payload": {"description": "The original value, whatever it is"},
        "bindings": {"kafka": {"key": {"description": "The original key"}, "bindingVersion": BINDING}},
    }
