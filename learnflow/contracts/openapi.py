"""The OpenAPI 3.1 document: every address that workers answer at, with the models that they take and give."""

import re
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from learnflow.contracts.schemas import fixed_part
from learnflow.web.access import COOKIE
from learnflow.web.routes import ROUTES, Route

_REFERENCE: Final = "#/components/schemas/{model}"
_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_Placed = dict[tuple[type[BaseModel], JsonSchemaMode], dict[str, Any]]


def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    placed, schemas = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method] = _operation(route, placed)
    return {
        **fixed_part("openapi"),
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE},
            },
        },
    }


def _schemas() -> tuple[_Placed, dict[str, Any]]:
    given = [model for route in ROUTES for model in (route.gives, *route.failures.values())]
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        *((model, "serialization") for model in given if not isinstance(model, str)),
        *((route.takes, "validation") for route in ROUTES if route.takes is not None),
    ]
    placed, definitions = models_json_schema(list(dict.fromkeys(models)), ref_template=_REFERENCE)
    return placed, dict(sorted(definitions["$defs"].items()))  # type: ignore[return-value] # pydantic has wider keys


def _operation(route: Route, placed: _Placed) -> dict[str, Any]:
    responses = {route.status: route.gives, **route.failures}
    operation: dict[str, Any] = {
        "summary": route.summary,
        "operationId": _name(route),
        "parameters": [*_in_path(route.path), *_in_query(route.asks)],
        "responses": {str(int(status)): _response(status, body, placed) for status, body in responses.items()},
        "security": [] if route.who == "everybody" else [{"token": []}, {"cookie": []}],
        "tags": [route.who],
    }
    if route.takes is not None:
        body = {"application/json": {"schema": placed[route.takes, "validation"]}}
        operation["requestBody"] = {"required": True, "content": body}
    return operation


def _name(route: Route) -> str:
    words = re.findall(r"\w+", route.path.removeprefix("/api")) or ["page"]
    return "-".join((route.method, *words))


def _in_path(path: str) -> list[dict[str, Any]]:
    names, schemas = _PARAMETER.findall(path), fixed_part("path_parameters")
    return [{"name": name, "in": "path", "required": True, "schema": schemas[name]} for name in names]


def _in_query(asks: type[BaseModel] | None) -> list[dict[str, Any]]:
    """Return the parameters; a list is one text with commas."""
    if asks is None:
        return []
    schema = asks.model_json_schema(ref_template=_REFERENCE)
    defined = schema.get("$defs", {})
    return [
        {"name": name, "in": "query", "required": False, "schema": _inline(parameter, defined)}
        | ({"style": "form", "explode": False} if parameter.get("type") == "array" else {})
        for name, parameter in schema["properties"].items()
    ]


def _inline(schema: Any, defined: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
    """Return a schema that refers to nothing outside, and, as a parameter is absent or not null, no null."""
    if isinstance(schema, list):
        return [_inline(each, defined) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inline(defined[schema["$ref"].rsplit("/", 1)[1]], defined)
    choices = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if len(choices) == 1:
        rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
        return _inline(choices[0] | rest, defined)
    return {key: _inline(value, defined) for key, value in schema.items()}


def _response(status: HTTPStatus, body: type[BaseModel] | str, placed: _Placed) -> dict[str, Any]:
    if isinstance(body, str):
        return {"description": status.phrase, "content": {body: {"schema": {"type": "string"}}}}
    schema = placed[body, "serialization"]
    return {"description": status.phrase, "content": {"application/json": {"schema": schema}}}
