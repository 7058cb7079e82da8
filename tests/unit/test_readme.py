"""What the README, the pages in docs/ and faust.ini say is so: words, links, paths, settings and numbers."""

import configparser
import re
from datetime import timedelta
from pathlib import Path
from typing import Final

import orjson
import pytest

from learnflow.agents.specialist_request import NOTICED
from learnflow.cli.demo.questions import read_questions
from learnflow.cli.evaluate.questions import read
from learnflow.domain.mastery.model import BANDS
from learnflow.models.events import EVENTS
from learnflow.models.events.queries import submitted_query
from learnflow.models.fields import LARGEST_JSON
from learnflow.models.student_query import LONGEST_CODE, LONGEST_QUERY
from learnflow.models.taxonomy import TOPICS as TOPICS_TO_LEARN
from learnflow.settings import Settings, load
from learnflow.settings.sections import variable
from learnflow.streams.codec import decode
from learnflow.topics import BY_NAME, STUDENT_QUERIES
from learnflow.tutor.exercises.bank import BANK
from learnflow.web.routes import ROUTES

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS: Final = sorted((ROOT / "docs").glob("*.md"))
PAGES: Final = [ROOT / "README.md", *DOCS, ROOT / "docker/README.md", ROOT / "schema/README.md"]
TEXTS: Final = {page.name: page.read_text(encoding="utf-8") for page in (ROOT / "README.md", *DOCS)}
EVERYTHING: Final = "\n".join(TEXTS.values())
SOURCES: Final = frozenset({".py", ".toml", ".md", ".js", ".json", ".jsonl", ".sql", ".yaml", ".yml"})
MOST_WORDS: Final = 1_500

FOLDERS: Final = "learnflow|tests|schema|docker|docs|benchmarks"


def code_spans(text: str) -> set[str]:
    """Return what stands between single backticks."""
    return set(re.findall(r"`([^`\n]+)`", text))


def section(text: str, title: str) -> str:
    """Return what stands below a heading, up to the next one of any level."""
    return re.split(r"^#+ ", text.split(f"# {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def first_column(text: str) -> set[str]:
    """Return the code spans in the first column of the tables in a text."""
    return {span for row in re.findall(r"^\|([^|]*)\|", text, re.MULTILINE) for span in code_spans(row)}


def test_the_readme_is_short() -> None:
    assert len(README.split()) < MOST_WORDS


def test_the_readme_links_every_page_of_docs() -> None:
    linked = set(re.findall(r"\]\((docs/[^)#]+)\)", README))
    assert linked == {f"docs/{page.name}" for page in DOCS}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", TEXTS)
def test_every_path_that_is_named_exists(page: str) -> None:
    named = [span for span in code_spans(TEXTS[page]) if re.fullmatch(rf"(?:{FOLDERS})(?:/[\w./-]+)?", span)]
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_name_is_in_the_file_that_is_named_with_it() -> None:
    pairs = re.findall(r"((?:`\w+`, )*`\w+`) in `((?:learnflow|docker)/[\w./-]+\.\w+)`", TEXTS["development.md"])
    assert len(pairs) > 5
    missing = [
        (name, path)
        for names, path in pairs
        for name in code_spans(names)
        if not re.search(rf"\b{name}\b", (ROOT / path).read_text(encoding="utf-8"))
    ]
    assert missing == []


def test_a_specialist_is_named_only_where_the_page_says_so() -> None:
    places = code_spans(section(TEXTS["development.md"], "Adding an agent")) | {"learnflow/models/examples"}
    listed = [ROOT / place for place in places if (ROOT / place).exists()]
    files = [file for folder in ("learnflow", "docker", "schema") for file in sorted((ROOT / folder).rglob("*.*"))]
    sources = [file for file in files if file.suffix in SOURCES]
    naming = [file for file in sources if re.search(r"(?i)code[-_]?review", file.read_text(encoding="utf-8"))]
    assert naming
    assert [file for file in naming if not any(file == place or place in file.parents for place in listed)] == []


def test_the_example_question_is_a_valid_one() -> None:
    [example] = re.findall(r"```json\n(.*?)```", EVERYTHING, re.DOTALL)
    event = decode(STUDENT_QUERIES, b"student-123", example.encode())
    query = submitted_query(event)
    assert (str(query.query_id), query.language) == (orjson.loads(example)["message_id"], "python")


def test_the_events_that_are_named_exist() -> None:
    begin = {name.partition(".")[0] for name in EVENTS}
    named = {span for span in code_spans(EVERYTHING) if re.fullmatch(r"[a-z]+(?:\.[a-z]+)+", span)}
    events = {name for name in named if name.partition(".")[0] in begin}
    assert events
    assert events <= set(EVENTS)
    assert NOTICED in named


def test_the_topics_are_those_that_are_declared() -> None:
    topics = section(TEXTS["data-and-contracts.md"], "Topics")
    assert first_column(topics) == set(BY_NAME)


def test_the_tables_are_those_of_the_schema() -> None:
    sql = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "schema").glob("*.sql"))
    created = set(re.findall(r"^CREATE (?:TABLE|VIEW) (\w+)", sql, re.MULTILINE))
    assert first_column(section(TEXTS["data-and-contracts.md"], "PostgreSQL")) == created


def test_the_addresses_are_served() -> None:
    served = {re.sub(r"\{[^}]*\}", "ID", route.path) for route in ROUTES}
    named = {
        re.sub(r"AGENT|NAME|KEY", "ID", span.removeprefix("POST ").partition("?")[0])
        for page in ("web-views.md", "operating.md")
        for span in code_spans(TEXTS[page])
        if re.match(r"(?:POST )?/(?:api|live|ready|health|metrics|tables)", span)
    }
    assert named == served - {"/", "/static/ID"}


def test_every_setting_that_is_named_exists() -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "faust.ini", encoding="utf-8")
    named = set(re.findall(r"`(\w+)`\s+(?:of|in)\s+`\[(\w+)\]`", EVERYTHING))
    assert len(named) > 5
    assert [(key, name) for key, name in named if key not in parser[name]] == []


def test_every_variable_that_is_named_exists() -> None:
    variables = {variable(name, key) for name, values in Settings().model_dump().items() for key in values}
    named = set(re.findall(r"\bLEARNFLOW_[A-Z_]+\b", EVERYTHING))
    assert named - variables == {"LEARNFLOW_SECTION_KEY", "LEARNFLOW_TEST_BROKER", "LEARNFLOW_ALL_PROGRAMS"}


def test_the_figures_are_those_of_the_code() -> None:
    settings = Settings()
    bands = [start for start in BANDS if start]
    said = (
        f"asks {len(read_questions().questions)} questions",
        f"{len(BANK.exercises)} exercises on {len(BANK.topics)} topics",
        f"Each of the {len(TOPICS_TO_LEARN)} topics is explained",
        f"{len(read(None))} questions to all agents",
        f"1 to {LONGEST_QUERY:,} characters",
        f"at most {LONGEST_CODE:,}",
        f"at most {LARGEST_JSON // 1024} KB",
        f"`future_seconds` of `[limits]` ({timedelta(seconds=settings.limits.future_seconds).seconds // 60} minutes)",
        f"`keep_days` of `[database]` ({settings.database.keep_days} days)",
        f"An agent runs {settings.agents.in_flight} at once",
        f"up to {settings.sink.batch:,} messages in a batch",
        *(f"| from {start:g} | {BANDS[start]}" for start in bands),
    )
    text = " ".join(EVERYTHING.split())
    assert [each for each in said if each not in text] == []


def test_faust_ini_gives_every_setting_with_its_default() -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "faust.ini", encoding="utf-8")
    fields = {section: set(values) for section, values in Settings().model_dump().items()}
    assert {section: set(parser[section]) for section in parser.sections()} == fields
    assert load({}, ROOT / "faust.ini") == Settings()
