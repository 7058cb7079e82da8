"""The AsyncAPI 3 document: every topic a channel, every event type a message."""

from typing import Any, Final

from learnflow.contracts import schemas
from learnflow.models.events import PAYLOADS
from learnflow.streams import dead_letters
from learnflow.topics import DEAD_LETTERS, STUDENT_QUERIES, TOPICS, Topic

BINDING: Final = "0.5.0"  # of Kafka in AsyncAPI
DEAD_LETTER: Final = "dead-letter"
CONTRACT_VERSION: Final = "1.0.0"  # rises with the envelope's schema_version

TRACEPARENT: Final = {
    "type": "string",
    "description": "The span that the message follows from (W3C Trace Context), where traces are exported.",
}

TRACE_ID: Final = {
    "description": "All messages that follow from one query have its trace_id.",
    "location": "$message.payload#/trace_id",
}

DESCRIPTION: Final = """\
LearnFlow answers programming students' questions over Kafka. Send `student.query.submitted` to `student-queries` with
the student's id as the message's key (murmur2 partitioning); the one outcome of the query appears on
`agent-responses`. Every message is UTF-8 JSON in the same envelope. Any `schema_version` 1.x is read, and fields that
are not known are ignored. What cannot be processed goes to `dead-letters` as it came."""


def document() -> dict[str, Any]:
    """Return the AsyncAPI document. It declares no JSON Schema dialect: AsyncAPI's parser knows draft 7 only."""
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "LearnFlow", "version": CONTRACT_VERSION, "description": DESCRIPTION},
        "defaultContentType": "application/json",
        "servers": {"kafka": _server()},
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": {name: body for topic in TOPICS for name, body in _operations(topic).items()},
        "components": {
            "messages": {**{name: _message(name) for name in PAYLOADS}, DEAD_LETTER: _dead_letter()},
            "schemas": schemas.components(),
            "correlationIds": {"trace": TRACE_ID},
        },
    }


def _server() -> dict[str, Any]:
    return {
        "host": "{broker}",
        "protocol": "kafka",
        "description": "The brokers of LEARNFLOW_BROKER",
        "variables": {"broker": {"description": "host:port", "default": "localhost:9092"}},
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
    schema = {"$ref": f"#/components/schemas/{event_type}"}
    return {
        "name": event_type,
        "title": event_type,
        "summary": (PAYLOADS[event_type].__doc__ or "").strip(),
        "contentType": "application/json",
        "correlationId": {"$ref": "#/components/correlationIds/trace"},
        "headers": {"type": "object", "properties": {"traceparent": TRACEPARENT}},
        "payload": schema,
        "bindings": {"kafka": {"key": _key(), "bindingVersion": BINDING}},
        "examples": [{"name": event_type, "payload": schemas.example(event_type)}],
    }


def _key() -> dict[str, str]:
    return {"type": "string", "description": "The student_id, UTF-8; partitioned with murmur2"}


def _dead_letter() -> dict[str, Any]:
    headers = {name: {"type": "string", "description": text} for name, text in dead_letters.HEADERS.items()}
    return {
        "name": DEAD_LETTER,
        "title": "A message that could not be processed",
        "summary": "The original bytes, its key and its own headers, and why it could not be processed.",
        "contentType": "application/octet-stream",
        "headers": {"type": "object", "properties": headers, "required": list(dead_letters.REQUIRED)},
        "payload": {"description": "The original value, whatever it is"},
        "bindings": {"kafka": {"key": {"description": "The original key"}, "bindingVersion": BINDING}},
    }
