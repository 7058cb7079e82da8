"""What the README and faust.ini say is so."""

import configparser
import re
from pathlib import Path

import orjson

from learnflow.cli import COMMANDS
from learnflow.cli.demo.script import read_script
from learnflow.models.events.queries import submitted_query
from learnflow.settings import Settings, load
from learnflow.streams.codec import decode
from learnflow.topics import STUDENT_QUERIES
from learnflow.tutor.exercises.bank import BANK

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_question_is_a_valid_one() -> None:
    [example] = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    event = decode(STUDENT_QUERIES, b"student-123", example.encode())
    query = submitted_query(event)
    assert (str(query.query_id), query.language) == (orjson.loads(example)["message_id"], "python")


def test_every_command_is_named() -> None:
    named = set(re.findall(r"`([a-z-]+)`", README))
    assert set(COMMANDS) <= named


def test_the_demo_asks_as_many_questions_as_the_readme_says() -> None:
    assert f"asks {len(read_script().questions)} questions" in README


def test_the_bank_is_as_large_as_the_readme_says() -> None:
    assert f"{len(BANK.exercises)} exercises on {len(BANK.topics)} topics" in README


def test_every_folder_that_is_described_exists() -> None:
    described = re.findall(r"^\| `(learnflow/[a-z]+)`", README, re.MULTILINE)
    assert described
    assert all((ROOT / folder).is_dir() for folder in described)


def test_faust_ini_gives_every_setting_with_its_default() -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "faust.ini", encoding="utf-8")
    fields = {section: set(values) for section, values in Settings().model_dump().items()}
    assert {section: set(parser[section]) for section in parser.sections()} == fields
    assert load({}, ROOT / "faust.ini") == Settings()
