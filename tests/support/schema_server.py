"""A Messages API that answers whatever it is asked for: a value of the schema in the request, always the same one."""

import json
from typing import Any, Final

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.support.messages_api import message


class SchemaApi:
    """The server, and the bodies of the requests that came."""

    def __init__(self, server: HTTPServer) -> None:
        self.asked: list[str] = []
        self.url = server.url_for("").rstrip("/")
        server.expect_request("/v1/messages", method="POST").respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        self.asked.append(request.get_data(as_text=True))
        schema = request.get_json()["output_config"]["format"]["schema"]
        return Response(json.dumps(message(json.dumps(value(schema, schema)))), content_type="application/json")


_PLAIN: Final = {"string": "loops", "number": 1, "integer": 1, "boolean": False}


def value(schema: dict[str, Any], root: dict[str, Any]) -> Any:
    """Return a simple value that a JSON Schema allows."""
    if "$ref" in schema:
        return value(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    for choice in ("anyOf", "allOf", "oneOf"):
        if choice in schema:
            return value(schema[choice][0], root)
    if schema.get("type") == "object":
        return {name: value(inner, root) for name, inner in schema.get("properties", {}).items()}
    if schema.get("type") == "array":
        return [value(schema["items"], root)] * schema.get("minItems", 0)
    return _PLAIN.get(schema.get("type", ""))
