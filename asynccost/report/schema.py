"""The JSON Schema of the JSON output."""

from typing import Any

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_HEX: Schema = {"type": "string", "pattern": "^[0-9a-f]{16}$"}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_FROM_ONE: Schema = {"type": "integer", "minimum": 1}
_COUNTS: Schema = {"type": "object", "additionalProperties": _COUNT}
_PLACE = dict.fromkeys(("line", "column", "end_line", "end_column"), _FROM_ONE)


def schema() -> Schema:
    """Describes schema_version 1. More fields may come; those here stay."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Result of `asynccost scan --format json`",
        "description": "Lines and columns count from 1, columns in code points; ends are exclusive; "
        "bytes are offsets into the file as it lies on disk.",
        **_object(
            schema_version={"const": 1},
            tool=_object(name={"const": "asynccost"}, version=_TEXT),
            findings={"type": "array", "items": _finding()},
            errors={"type": "array", "items": _error()},
            summary=_summary(),
        ),
    }


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _or_null(what: Schema) -> Schema:
    return {"anyOf": [what, {"type": "null"}]}


def _choice(*values: str) -> Schema:
    return {"enum": list(values)}


def _finding() -> Schema:
    owners = {"type": "array", "items": _TEXT, "description": "Owners of the path, as CODEOWNERS names them."}
    made = _always()
    return {**made, "properties": {**made["properties"], "owners": owners}}  # results of earlier versions have none


def _always() -> Schema:
    return _object(
        rule=_TEXT,
        family=_TEXT,
        severity=_choice("error", "warning", "info"),
        confidence=_choice("high", "medium", "low"),
        message=_TEXT,
        path={
            "type": "string",
            "description": "Relative to the configuration's folder, else the git root, "
            "else the current folder; with /.",
        },
        **_PLACE,
        function={"type": "string", "description": "Qualified name of the enclosing function, or empty."},
        fingerprint=_HEX,
        fix=_or_null(_fix()),
        cost=_or_null(_cost()),
        evidence=_or_null({"type": "object"}),
        status=_choice("new", "known", "moved"),
        identity={
            **_object(function=_TEXT, shape=_HEX, ordinal=_COUNT, names=_TEXT),
            "description": "What the finding is known by across edits, beside its rule and path.",
        },
        related={"type": "array", "items": _object(path=_TEXT, **_PLACE, message=_TEXT)},
    )


def _fix() -> Schema:
    edit = _object(path=_TEXT, start_byte=_COUNT, end_byte=_COUNT, text=_TEXT)
    return _object(
        safety=_choice("safe", "unsafe", "display-only"), reason=_TEXT, edits={"type": "array", "items": edit}
    )


def _cost() -> Schema:
    number = {"type": "number"}
    bounds = dict.fromkeys(("low", "high"), _or_null(number))
    origin = _choice("measured", "usage", "price", "default")
    figure = _object(name=_TEXT, value=number, unit=_TEXT, origin=origin, source=_TEXT, date=_TEXT, **bounds)
    return _object(
        low=number,
        likely=number,
        high=number,
        currency=_TEXT,
        per=_TEXT,
        basis={"type": "array", "items": figure},
        formula=_TEXT,
        kind=_choice("infrastructure", "llm"),
        scope=_TEXT,
    )


def _total() -> Schema:
    number = {"type": "number"}
    return _object(
        kind=_choice("infrastructure", "llm"),
        per=_choice("month", "run"),
        low=number,
        likely=number,
        high=number,
        with_overlaps=number,
        places=_COUNT,
        from_defaults=number,
    )


def _error() -> Schema:
    return _object(path=_TEXT, line=_COUNT, kind=_TEXT, message=_TEXT)


def _summary() -> Schema:
    return _object(
        files=_COUNT,
        languages=_COUNTS,
        findings=_COUNT,
        by_severity=_COUNTS,
        by_rule=_COUNTS,
        suppressed=_COUNT,
        errors=_COUNT,
        skipped=_COUNTS,
        by_status=_COUNTS,
        compared_with={"type": "array", "items": _TEXT},
        stale=_or_null(_COUNT),
        costs={"type": "array", "items": _total()},
    )
