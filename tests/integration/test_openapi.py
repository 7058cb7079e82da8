"""The contract of the web views is valid, and names every address that a process answers at, and no other."""

from pathlib import Path
from typing import Any

import yaml
from openapi_spec_validator import validate

from learnflow.app import ANSWERING, build
from learnflow.contracts import openapi
from learnflow.settings import Settings
from learnflow.settings.sections import Database, Learnflow

SCHEMA = Path(__file__).parents[2] / "schema"


def test_the_document_is_openapi_3_1() -> None:
    document: dict[str, Any] = yaml.load((SCHEMA / "openapi.yaml").read_text(), yaml.CSafeLoader)
    validate(document)
    assert document["openapi"].startswith("3.1")


def test_it_names_what_a_process_answers_at(tmp_path: Path) -> None:
    settings = Settings(
        learnflow=Learnflow(broker="kafka://127.0.0.1:1", tutor="offline"),
        database=Database(url="postgresql://127.0.0.1:1/none"),
    )
    app = build(ANSWERING, settings, tmp_path)
    served = {
        (route.method.lower(), route.resource.canonical)
        for route in app.web.web_app.router.routes()  # type: ignore[attr-defined] # aiohttp's
        if route.method not in {"HEAD", "OPTIONS"}
    }
    named = {(method, path) for path, methods in openapi.document()["paths"].items() for method in methods}
    assert {(method, path.replace("/static/{file}", "/static")) for method, path in named} == served


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [each["operationId"] for methods in openapi.document()["paths"].values() for each in methods.values()]
    assert len(set(names)) == len(names)
