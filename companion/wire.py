"""Events as JSON objects and back: one object a line, ``type`` first, numbers rounded to what can be known."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from companion.events import EVENT_TYPES, Event


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(v) for v in value]
    return value


def to_dict(event: Event) -> dict[str, Any]:
    """An event as plain data, ``type`` first."""
    body = _rounded(msgspec.to_builtins(event))
    if body.get("started_unix"):
        body["started_unix"] = event.started_unix  # type: ignore[attr-defined]
    return {"type": event.type, **body}


def to_json(event: Event) -> str:
    """An event as one line of JSON, without the newline."""
    return msgspec.json.encode(to_dict(event)).decode()


def from_dict(data: dict[str, Any]) -> Event:
    """The event of plain data.

    Raises ``ValueError`` when the type is not known or a field is missing or of the wrong type; fields that this
    version does not know are left out, so that a newer journal can be read.
    """
    kind = data.get("type")
    cls = EVENT_TYPES.get(kind) if isinstance(kind, str) else None
    if cls is None:
        raise ValueError(f"unknown event type {kind!r}")
    try:
        return msgspec.convert({k: v for k, v in data.items() if k != "type"}, cls, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"{kind}: {error}") from error


@cache
def _decoder(kind: str) -> msgspec.json.Decoder[Event]:
    return msgspec.json.Decoder(EVENT_TYPES[kind], strict=False)


def from_json_of(kind: str, line: str | bytes) -> Event:
    """The event of one line of JSON whose type is known: several times quicker; raises as ``from_dict`` does."""
    if kind not in EVENT_TYPES:
        raise ValueError(f"unknown event type {kind!r}")
    try:
        return _decoder(kind).decode(line)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise ValueError(f"{kind}: {error}") from error


def from_json(line: str | bytes) -> Event:
    """The event of one line of JSON; raises ``ValueError`` as ``from_dict`` does."""
    try:
        data = msgspec.json.decode(line)
    except msgspec.DecodeError as error:
        raise ValueError(f"not JSON: {error}") from error
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    return from_dict(data)
