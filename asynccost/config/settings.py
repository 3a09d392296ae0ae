"""[tool.asynccost] and its kin -> Settings. Command line > environment > nearest file > default."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from asynccost.config import config_file
from asynccost.config.config_file import Layer
from asynccost.config.project import oldest_python, type_check
from asynccost.config.values import reader
from asynccost.model import Confidence

SKIPPED_FOLDERS = (
    *("node_modules", "bower_components", ".venv", "venv", "site-packages", "dist", "build", "__pycache__"),
    *(".git", ".hg", ".svn", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"),
    *(".next", ".nuxt", ".svelte-kit", ".yarn", ".asynccost_cache"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a user can set, with where each value came from."""

    root: str
    file: str | None = None
    select: tuple[str, ...] = ("all",)
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    extend_ignore: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exclude: tuple[str, ...] = SKIPPED_FOLDERS
    extend_exclude: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    confidence: Confidence = Confidence.MEDIUM
    fail_on: str = "warning"
    require_reason: bool = False
    jobs: int = 0  # as many as there are processors
    cache: bool = True
    cache_dir: str = ".asynccost_cache"  # absolute once loaded
    output_format: tuple[str, ...] = ("text",)
    link_template: str = ""  # of a link to the code host; made from the git remote where empty
    editor: str = ""  # vscode, cursor, idea or a template
    source: bool = True  # whether a page may hold code
    knowledge: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict, compare=False)

    def origin(self, name: str) -> str:
        """Where a value came from: `default`, `file:line`, a variable or the command line."""
        return self.origins.get(name, "default")


def load(
    paths: Sequence[str] = (),
    *,
    config: str | None = None,
    isolated: bool = False,
    options: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Settings:
    """The settings for a run over some paths. `options` holds what the command line said, by field."""
    start = _common_folder(paths)
    config = config or (None if isolated else environment.get("ASYNCCOST_CONFIG") or None)
    literal = config is not None and "=" in config and not os.path.isfile(config)
    path = config if config and not literal else None if isolated else config_file.find(start)
    layers = config_file.layers(path) if path else []
    layers += [config_file.inline(config)] if config and literal else []
    layers += [
        _environment(environment),
        Layer("command line", {_key(k): v for k, v in (options or {}).items()}),
    ]
    values, origins = _merged(layers)
    root = _root(start, path)
    if (oldest := oldest_python(root)) is not None:
        told = values.get("knowledge", {})
        values["knowledge"] = {**told, "project": {"python": oldest[0], **told.get("project", {})}}
        origins.setdefault("knowledge", os.path.join(root, oldest[1]))
    if (types := type_check(root)) is not None:
        told = values.get("knowledge", {})
        values["knowledge"] = {**told, "project": {"types": types[0], **told.get("project", {})}}
        origins.setdefault("knowledge", os.path.join(root, types[1]))
    values["cache_dir"] = os.path.join(root, values.get("cache_dir", ".asynccost_cache"))
    return Settings(root=root, file=path and os.path.abspath(path), origins=origins, **values)


def as_rows(settings: Settings) -> list[tuple[str, str, str]]:
    """Key, value and origin of every setting."""
    names = [f.name for f in fields(settings) if f.name != "origins"]
    return [(_key(name), _shown(getattr(settings, name)), settings.origin(name)) for name in names]


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_shown, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_shown(k)} = {_shown(v)}' for k, v in value.items())}}}"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    return str(value) if isinstance(value, int) else f'"{value}"'


def _key(name: str) -> str:
    return name.replace("_", "-")


def _common_folder(paths: Sequence[str]) -> str:
    folders = [p if os.path.isdir(p) else os.path.dirname(p) for p in map(os.path.abspath, paths)]
    return os.path.commonpath(folders) if folders else os.getcwd()


def _root(start: str, path: str | None) -> str:
    """What paths are relative to: the configuration's folder, else the git root, else the current folder."""
    if path:
        folder = os.path.dirname(os.path.abspath(path))
        if os.path.commonpath([folder, start]) == folder:
            return folder
    if root := config_file.git_root(start):
        return root
    here = os.getcwd()
    inside = os.path.commonpath([here, start]) == here
    whole = here in (os.path.expanduser("~"), os.path.abspath(os.sep))  # never a project by themselves
    return here if inside and not whole else start


def _environment(environment: Mapping[str, str]) -> Layer:
    values: dict[str, Any] = {}
    if folder := environment.get("ASYNCCOST_CACHE_DIR"):
        values["cache-dir"] = os.path.abspath(folder)
    if environment.get("ASYNCCOST_NO_CACHE", "") not in ("", "0", "false"):
        values["cache"] = False
    if formats := environment.get("ASYNCCOST_OUTPUT_FORMAT"):
        values["output-format"] = formats.split(",")
    return Layer("environment", values)


def _merged(layers: Sequence[Layer]) -> tuple[dict[str, Any], dict[str, str]]:
    """One value a field: later layers replace; `extend-*` lists and tables are joined."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for layer in layers:
        if "select" in layer.values:  # a new selection starts afresh
            for name in ("ignore", "extend_select", "extend_ignore"):
                values.pop(name, None)
        for key, value in layer.values.items():
            if key == "extend":
                continue
            new, where, name = reader(layer, key)(layer, key, value), layer.where(key), key.replace("-", "_")
            if name in values and (key.startswith("extend-") or isinstance(new, dict)):
                old, where = values[name], f"{origins[name]}, {where}"
                new = {**old, **new} if isinstance(new, dict) else (*old, *new)
            values[name], origins[name] = new, where
    return values, {name: origins[name] for name in values}
