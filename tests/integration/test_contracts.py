"""The contract's files are as the code says, and others understand them."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
import yaml

from learnflow import contracts
from learnflow.contracts import schemas
from learnflow.models.events import PAYLOADS
from learnflow.models.examples import EXAMPLES
from learnflow.topics import TOPICS

SCHEMA: Final = Path(__file__).parents[2] / "schema"
VALIDATOR: Final = Path(__file__).parents[1] / "contracts"
HARMLESS: Final = {"asyncapi-latest-version"}  # 3.0 was asked for

EVENT_SCHEMAS = schemas.events()


@pytest.fixture(scope="module")
def validator() -> Path:
    """Install the AsyncAPI parser once, and return where it is."""
    if shutil.which("npm") is None:
        reason = "npm is not there, and the AsyncAPI parser is JavaScript"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    if not (VALIDATOR / "node_modules" / "@asyncapi" / "parser").is_dir():
        done = subprocess.run(["npm", "ci"], cwd=VALIDATOR, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
    return VALIDATOR


def diagnose(validator: Path, document: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        ["node", "validate.mjs", str(document)], cwd=validator, capture_output=True, text=True, check=True
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return [each for each in found if each["code"] not in HARMLESS]


def document() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((SCHEMA / "asyncapi.yaml").read_text(), yaml.CSafeLoader)
    return found


def test_the_checked_in_files_are_as_the_code_says() -> None:
    assert contracts.stale(SCHEMA) == [], "run `learnflow contracts write`"


def test_writing_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    assert contracts.write(tmp_path)
    assert contracts.write(tmp_path) == []


def test_what_is_edited_missing_or_left_over_is_stale_and_mended(tmp_path: Path) -> None:
    contracts.write(tmp_path)
    (tmp_path / "asyncapi.yaml").write_text("asyncapi: 3.0.0\n")
    (tmp_path / "events/agent.heartbeat.json").unlink()
    (tmp_path / "events/student.query.sung.json").write_text("{}")
    (tmp_path / "001_ours.sql").write_text("")
    stale = ["asyncapi.yaml", "events/agent.heartbeat.json", "events/student.query.sung.json"]
    assert contracts.stale(tmp_path) == stale
    assert contracts.write(tmp_path) == stale
    assert contracts.stale(tmp_path) == []
    assert (tmp_path / "001_ours.sql").exists()


def test_an_asyncapi_parser_finds_no_fault(validator: Path) -> None:
    assert diagnose(validator, SCHEMA / "asyncapi.yaml") == []


def test_the_asyncapi_parser_would_find_one(validator: Path, tmp_path: Path) -> None:
    broken = document()
    broken["operations"]["receive-student-queries"]["channel"]["$ref"] = "#/channels/nowhere"
    (tmp_path / "asyncapi.yaml").write_text(yaml.safe_dump(broken))
    assert "error" in {each["severity"] for each in diagnose(validator, tmp_path / "asyncapi.yaml")}


def test_every_topic_is_a_channel_with_its_settings() -> None:
    channels = document()["channels"]
    assert list(channels) == [topic.name for topic in TOPICS]
    for topic in TOPICS:
        kafka = channels[topic.name]["bindings"]["kafka"]
        assert (kafka["partitions"], kafka["replicas"]) == (topic.partitions, topic.replication)
        assert set(topic.events) <= set(channels[topic.name]["messages"])


@pytest.mark.parametrize("name", PAYLOADS)
def test_an_example_is_valid_by_its_json_schema(name: str) -> None:
    validator = jsonschema.Draft202012Validator(EVENT_SCHEMAS[name], format_checker=jsonschema.FormatChecker())
    validator.check_schema(EVENT_SCHEMAS[name])
    validator.validate(json.loads(EXAMPLES[name].encode()))
    for example in EVENT_SCHEMAS[name]["examples"]:
        validator.validate(example)


@pytest.mark.parametrize("name", PAYLOADS)
def test_an_example_is_valid_by_no_other_events_schema(name: str) -> None:
    message = json.loads(EXAMPLES[name].encode())
    validators = {other: jsonschema.Draft202012Validator(schema) for other, schema in EVENT_SCHEMAS.items()}
    accepting = [other for other, validator in validators.items() if validator.is_valid(message)]
    assert accepting == [name]


@pytest.mark.parametrize("name", PAYLOADS)
def test_the_asyncapi_schema_accepts_the_example_as_well(name: str) -> None:
    whole = document()
    schema = {"$ref": f"#/components/schemas/{name}", "components": whole["components"]}
    jsonschema.Draft202012Validator(schema).validate(json.loads(EXAMPLES[name].encode()))


@pytest.mark.parametrize(
    "change",
    [{"student_id": None}, {"student_id": " "}, {"schema_version": "2.0"}, {"trace_id": None}, {"payload": None},
     {"payload": {"query_text": ""}}, {"payload": {"query_text": "x" * 5_001}}, {"payload": {}}],
    ids=str,
)  # fmt: skip
def test_the_json_schema_refuses_what_the_codec_refuses(change: dict[str, Any]) -> None:
    message = json.loads(EXAMPLES["student.query.submitted"].encode()) | change
    assert not jsonschema.Draft202012Validator(EVENT_SCHEMAS["student.query.submitted"]).is_valid(message)


@pytest.mark.parametrize("name", schemas.ENTITIES)
def test_every_entity_has_a_schema(name: str) -> None:
    schema = json.loads((SCHEMA / "entities" / f"{name}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["title"].lower() == name.replace("_", "")
