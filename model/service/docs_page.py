"""The page at /docs: the worker's OpenAPI as HTML.

Decides how it looks; what it says is the schema's. It is made here, of one file, so that it opens
where no other server can be reached, and in no browser runs anything from elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

_Schema = dict[str, Any]
_Row = tuple[str, str, str]

HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem; border-top: 1px solid #8884; padding-top: 1rem; font-size: 1.1rem }
code, pre { font: 14px/1.4 ui-monospace, monospace }
pre { background: #8881; padding: .75rem; overflow-x: auto }
table { border-collapse: collapse } th, td { text-align: left; padding: .15rem 1rem .15rem 0 }
td { vertical-align: top } caption { text-align: left; font-weight: bold; padding-top: .75rem }
:root { color-scheme: light dark }
"""


def render(schema: _Schema) -> str:
    """The page of a schema as FastAPI makes it."""
    parts = [
        f"<title>{escape(schema['info']['title'])}</title><style>{_STYLE}</style>",
        f"<h1>{escape(schema['info']['title'])}</h1>",
        f"<p>{escape(schema['info']['description'])} "
        '<a href="openapi.json">openapi.json</a> is the same for programs.</p>',
    ]
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            parts += _operation(schema, path, method.upper(), operation)
    head = '<!doctype html><html lang="en"><meta charset="utf-8">'
    return head + '<meta name="viewport" content="width=device-width">' + "\n".join(parts)


def _operation(schema: _Schema, path: str, method: str, operation: _Schema) -> Iterator[str]:
    yield f'<h2 id="{escape(path)}"><code>{method} {escape(path)}</code></h2>'
    yield f"<p>{escape(operation.get('description', ''))}</p>"
    headers = [
        (one["name"], _type(schema, one["schema"]), one.get("description", ""))
        for one in operation.get("parameters", [])
    ]
    yield _table("Headers", headers)
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body:
        message = _resolved(schema, body["schema"])
        yield _table("Request", _fields(schema, message))
        for example in message.get("examples", []):
            shown = json.dumps(example, ensure_ascii=False).replace("'", "'\\''")
            command = f"curl -s $WORKER{path} --json '{shown}'"
            yield f"<pre>{escape(command)}</pre>"
    statuses: list[_Row] = []
    for status, response in operation["responses"].items():
        content: _Schema = next(iter(response.get("content", {}).values()), {})
        statuses.append((status, _type(schema, content.get("schema", {})), response["description"]))
        if status == "200":
            answer = _resolved(schema, content.get("schema", {}))
            yield _table("Answer", _fields(schema, answer))
    yield _table("Statuses", statuses)


def _fields(schema: _Schema, message: _Schema) -> list[_Row]:
    """Of a message and of what stands in it, with dots between."""
    found: list[_Row] = []
    for name, field in message.get("properties", {}).items():
        about = field.get("description", "")
        if "default" in field and field["default"] is not None:
            about = f"{about} (default {field['default']})".strip()
        found.append((name, _type(schema, field), about))
        inner = _resolved(schema, field.get("items", field))
        found += [(f"{name}.{sub}", kind, text) for sub, kind, text in _fields(schema, inner)]
    return found


def _type(schema: _Schema, field: _Schema) -> str:
    """In a word or two."""
    if "anyOf" in field:
        return " or ".join(_type(schema, one) for one in field["anyOf"])
    if "items" in field:
        return f"list of {_type(schema, field['items'])}"
    known = _resolved(schema, field)
    if "enum" in known:
        return " | ".join(map(str, known["enum"]))
    named = known.get("title", "") if "$ref" in field else ""
    least = [f"{_number(field[key])} {sign}" for key, sign in _FROM.items() if key in field]
    most = [f"{sign} {_number(field[key])}" for key, sign in _TO.items() if key in field]
    return " ".join([*least, named or str(known.get("type", "")), *most])


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


_FROM = {"minimum": "≤", "exclusiveMinimum": "<"}
_TO = {"maximum": "≤", "exclusiveMaximum": "<"}


def _resolved(schema: _Schema, field: _Schema) -> _Schema:
    """What a reference stands for; of what may be null, what it is otherwise."""
    for one in field.get("anyOf", []):
        if one.get("type") != "null":
            return _resolved(schema, one)
    reference = field.get("$ref")
    if reference is None:
        return field
    known: _Schema = schema["components"]["schemas"][reference.rpartition("/")[2]]
    return known


def _table(caption: str, rows: list[_Row]) -> str:
    if not rows:
        return ""
    cells = "".join(
        f"<tr><td><code>{escape(name)}</code><td>{escape(kind)}<td>{escape(about)}"
        for name, kind, about in rows
    )
    return f"<table><caption>{caption}</caption>{cells}</table>"
