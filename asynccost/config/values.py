"""One value of a setting: checked, or refused with a sentence that says where it stands."""

import os
from collections.abc import Callable
from typing import Any

from asynccost.config.config_file import Layer
from asynccost.errors import SettingsError, nearest
from asynccost.model import Confidence

Reader = Callable[[Layer, str, Any], Any]
EDITORS = ("vscode", "cursor", "idea")


def reader(layer: Layer, key: str) -> Reader:
    """What reads the value of a key; an unknown key is an error that names the nearest."""
    if key not in _READERS:
        hint = nearest(key, [*_READERS, "extend"])
        raise SettingsError(f'{layer.where(key)}: there is no setting "{key}"{hint}')
    return _READERS[key]


def _strings(layer: Layer, key: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, list | tuple) and all(isinstance(v, str) for v in value):
        return tuple(value)
    raise SettingsError(f'{layer.where(key)}: "{key}" must be a list of strings')


def _boolean(layer: Layer, key: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise SettingsError(f'{layer.where(key)}: "{key}" must be true or false')


def _text(layer: Layer, key: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    raise SettingsError(f'{layer.where(key)}: "{key}" must be a string')


def _jobs(layer: Layer, key: str, value: Any) -> int:
    if value == "auto":
        return 0
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise SettingsError(f'{layer.where(key)}: "{key}" must be a number above 0, or "auto"')


def _one_of(*choices: str) -> Callable[[Layer, str, Any], str]:
    def read(layer: Layer, key: str, value: Any) -> str:
        if value in choices:
            return str(value)
        hint = nearest(str(value), choices) or f"; it is one of {', '.join(choices)}"
        raise SettingsError(f'{layer.where(key)}: "{key}" cannot be "{value}"{hint}')

    return read


def _confidence(layer: Layer, key: str, value: Any) -> Confidence:
    return Confidence(_one_of(*Confidence)(layer, key, value))


def _folder(layer: Layer, key: str, value: Any) -> str:
    return os.path.expanduser(_text(layer, key, value))


def _table(layer: Layer, key: str, value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise SettingsError(f'{layer.where(key)}: "{key}" must be a table')


def _ignores(layer: Layer, key: str, value: Any) -> dict[str, tuple[str, ...]]:
    return {glob: _strings(layer, glob, rules) for glob, rules in _table(layer, key, value).items()}


def _link(layer: Layer, key: str, value: Any) -> str:
    """An https template; a page must not carry a link that runs something."""
    if (text := _text(layer, key, value)) and not text.startswith(("https://", "http://")):
        raise SettingsError(f'{layer.where(key)}: "{key}" must be an address such as https://host/{{sha}}/{{path}}#L{{line}}')
    return text


def _editor(layer: Layer, key: str, value: Any) -> str:
    text = _text(layer, key, value)
    scheme, colon, _ = text.partition(":")
    template = colon and "{" in text and scheme.lower() not in ("javascript", "data", "vbscript")
    if not text or text in EDITORS or template:
        return text
    raise SettingsError(
        f'{layer.where(key)}: "{key}" is {", ".join(EDITORS)}, or a template such as vscode://file/{{abs}}:{{line}}:{{col}}'
    )


_READERS: dict[str, Reader] = {
    "select": _strings,
    "ignore": _strings,
    "extend-select": _strings,
    "extend-ignore": _strings,
    "per-file-ignores": _ignores,
    "exclude": _strings,
    "extend-exclude": _strings,
    "include": _strings,
    "force-exclude": _boolean,
    "respect-gitignore": _boolean,
    "confidence": _confidence,
    "fail-on": _one_of("error", "warning", "info", "never"),
    "require-reason": _boolean,
    "jobs": _jobs,
    "cache": _boolean,
    "cache-dir": _folder,
    "output-format": _strings,
    "link-template": _link,
    "editor": _editor,
    "source": _boolean,
    "knowledge": _table,
}
