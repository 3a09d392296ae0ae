"""What of JavaScript no code of a project mentions: components and functions that came out of use, methods.

A name counts as mentioned wherever it stands in another script, comments aside, and in its own file outside of what it
names. What a package hands on with `export *` is for others to use, as is a module whose neighbours nobody imports.
"""

import re
from collections.abc import Callable, Mapping
from itertools import islice

from asynccost.flow.facts.entry_table import HANDS_OUT
from asynccost.flow.file import is_test
from asynccost.flow.linked.linking import Names
from asynccost.flow.linked.script_code import ScriptCode, imports_folder, without_prose
from asynccost.flow.module import Module
from asynccost.flow.tree import Class, Function

_WORD = rb"(?<![\w$])%s(?![\w$])"
_DEFAULT = (
    rb"\bexport\s+default\s+(?:(?:async\s+)?function\b\s*\*?|(?:abstract\s+)?class\b|[\w$.]+\()?\s*%(name)s(?![\w$])"
    rb"|\bmodule\.exports\s*=\s*%(name)s\s*(?:;|$)|(?<![\w$])%(name)s\s+as\s+default\b"
)
_NAMED = (
    rb"\bexport\s+(?:declare\s+)?(?:(?:async\s+)?function\b\s*\*?|(?:abstract\s+)?class\b|const|let|var)\s*%(name)s(?![\w$])"
    rb"|\bexport\s*\{[^{}]*(?<![\w$])%(name)s(?![\w$])[^{}]*\}"
    rb"|\bexports\.%(name)s\s*=(?:\s*%(name)s(?![\w$]))?|\bmodule\.exports\s*=\s*\{[^{}]*(?<![\w$])%(name)s(?![\w$])[^{}]*\}"
)
_NAMES_ITSELF = rb"(?<![\w$])%(name)s\.displayName\s*=\s*[\"'`]?(?:%(name)s(?![\w$]))?"
_DEFINES = rb"\b(?:const|let|var|function|class)\b\s*\*?\s*%(name)s(?![\w$])"
_IS_MODULE = re.compile(rb"^[ \t]*(?:import|export)\b|\brequire\(|\bmodule\.exports\b", re.M)
_STARTED = frozenset({  # what something else than an import finds, by the name of its file or of a folder
    "index", "main", "app", "server", "worker", "background", "content", "preload", "popup", "options", "setup",
    "bootstrap", "cli", "config", "plugin", "entry", "client", "electron", "sw", "service-worker", "middleware",
})
_FOUND = frozenset({
    "pages", "page", "app", "routes", "route", "api", "functions", "plugins", "middleware", "middlewares", "commands",
    "events", "migrations", "seeds", "tasks", "jobs", "workers", "extensions", "layouts", "scripts", "bin", "public",
    "static", "stories", "examples", "example", "demo", "demos", "docs", "locales", "entrypoints", "hooks", "server",
    "modules", "addons", "registry", "tools", "controllers", "models", "services", "handlers", "subscribers",
})
_TOPS = frozenset({"", "src", "lib", "source", "sources", "dist", "packages"})
_COMPONENTS = (".vue", ".svelte")
_FEWEST = 3  # neighbours that are imported, and two of three of them; half of a component's
_SOME = 2
_ENOUGH = 30
_SHORTEST = 4
_RENDERED = "render"
_HOOK = re.compile(r"use[A-Z]")


class UnmentionedScripts:
    """Asked what is left behind. texts: reads every script of the project, also those that no rule looks at."""

    def __init__(self, names: Names, texts: Mapping[str, Callable[[], bytes]], code: ScriptCode) -> None:
        self._names = names
        self._texts = texts
        self._scripts = code
        self._known: dict[tuple[str, str], str] = {}
        self._imported: dict[tuple[str, bool], bool] = {}
        self._taken: dict[str, bool] = {}
        self._loaded: dict[str, bool] = {}

    def left(self, path: str, qualname: str) -> str:
        """What no code mentions, as a clause, of a function and what it stands in; "" where something may."""
        names = qualname.split(".")
        key = path, ".".join(names[:2])
        if key not in self._known:
            script = path in self._names.scripts.by_path and not is_test(path)
            self._known[key] = self._left(path, names[:2]) if script else ""
        return self._known[key]

    def _left(self, path: str, names: list[str]) -> str:
        if path.endswith(_COMPONENTS):
            return "no code of the program mentions this component" if self._is_spare(path) else ""
        if self._is_orphan(path):
            return "no other script imports this one"
        name = names[0]
        if len(name) >= _SHORTEST and name.isidentifier() and self._is_left(name, path):
            return f"no code of the program mentions {name}"
        if len(names) > 1 and len(names[1]) >= _SHORTEST and self._is_method_left(names[0], names[1], path):
            return f"no code of the program mentions {names[1]}()"
        return ""

    def _is_spare(self, path: str) -> bool:
        """Whether no other file says the name of a component's file, in any spelling, as they do its neighbours'."""
        stem = _stem(path)
        kebab = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", stem).lower()
        if len(stem) < _SHORTEST or self._is_found(path):
            return False
        spelled = {word.encode() for word in (stem, kebab, "".join(part.title() for part in kebab.split("-")))}
        if any(word in self._scripts.used(one) for one in self._scripts.near(path) if one != path for word in spelled):
            return False
        return self._is_exception(path)

    def _is_orphan(self, path: str) -> bool:
        """Whether no other script imports a module that hands something out, as they do those beside it.

        What lies at the top of a package may be an entry of it, of which its package.json speaks.
        """
        folder = path.rpartition("/")[0].rpartition("/")[2]
        if folder in _TOPS or self._is_found(path) or not HANDS_OUT.search(self._scripts.code(path)):
            return False
        known = self._is_imported(path, idly=True) or self._is_loaded(path) or self._hands_all_on(path)
        return not known and self._is_exception(path)

    def _is_left(self, name: str, path: str) -> bool:
        """Whether nothing speaks of a function or a class of a module but its own code."""
        word = {b"name": re.escape(name.encode())}
        code = self._scripts.code(path)
        if not _IS_MODULE.search(code) or not re.search(_DEFINES % word, code):
            return False  # pages call what their scripts define
        by_default = re.search(_DEFAULT % word, code, re.M) is not None
        by_name = re.search(_NAMED % word, code, re.M) is not None
        if not by_default and not by_name:
            return False
        rest = re.sub(b"|".join(p % word for p in (_DEFAULT, _NAMED, _NAMES_ITSELF)), b" ", code, flags=re.M)
        if re.search(_WORD % word[b"name"], rest) and not self._speaks_of_itself(name, path):
            return False
        if by_name and (self._is_said(name, path) or self._hands_all_on(path) or not self._has_neighbours(name, path)):
            return False
        known = self._is_found(path) or self._is_imported(path) or self._is_loaded(path)
        if by_default and (known or not self._is_exception(path)):
            return False
        defined = self._defined(name, path)
        return defined is not None and not (isinstance(defined, Class) and defined.decorators)

    def _is_method_left(self, owner: str, name: str, path: str) -> bool:
        """Whether nothing speaks of a method, as something does of most methods of its class."""
        if not name.isidentifier() or name == "constructor" or self._is_mentioned(name, path):
            return False
        if self._hands_all_on(path, owner) or not self._is_said(owner, path):
            return False  # whoever uses its package may call it
        cls = self._defined(owner, path)
        if not isinstance(cls, Class) or cls.bases or cls.decorators or name not in cls.methods:
            return False
        method = cls.methods[name]
        head = self._scripts.text(path)[cls.start : cls.start + 400].partition(b"{")[0]
        if method.decorators or b"implements" in head:
            return False
        others = [one for one in cls.methods if one not in (name, "constructor") and one.isidentifier()]
        return len(others) >= 2 and 2 * sum(self._is_mentioned(one, path) for one in others) >= len(others)

    def _is_mentioned(self, method: str, path: str) -> bool:
        word = re.escape(method.encode())
        own = len(re.findall(_WORD % word, self._scripts.code(path)))
        return own > 1 or self._is_said(method, path)

    def _speaks_of_itself(self, name: str, path: str) -> bool:
        """Whether a name stands nowhere in its file but in what it names, and where that is handed out."""
        defined = self._defined(name, path)
        if defined is None:
            return False
        code = self._scripts.text(path)
        outside = without_prose(code[: defined.start]), without_prose(code[defined.end :])
        word = {b"name": re.escape(name.encode())}
        rest = (re.sub(b"|".join(p % word for p in (_DEFAULT, _NAMED, _NAMES_ITSELF)), b" ", t) for t in outside)
        return not any(re.search(_WORD % word[b"name"], re.sub(_DEFINES % word, b" ", text)) for text in rest)

    def _defined(self, name: str, path: str) -> Function | Class | None:
        """The function or the class of a name at the top of a module, if nothing but who names it comes to it."""
        module = self._module(path)
        cls = next((one for one in module.classes if one.qualname == name), None)
        if cls is not None:
            return cls
        found = self._names.named_in(path, name)
        if found is None or (found.facts["entry"] or [_RENDERED])[0] != _RENDERED:
            return None
        return next((f for f in module.functions if f.start == found.facts["start"] and f.owner is None), None)

    def _module(self, path: str) -> Module:
        return self._names.scripts.by_path[path].lowered().module

    def _is_said(self, name: str, path: str) -> bool:
        """Whether another script says a name."""
        word = name.encode()
        spoken = re.compile(_WORD % re.escape(word))
        near = (one for one in self._scripts.near(path) if one != path and not is_test(one))
        texts = (one for one in near if word in self._scripts.text(one))
        said = (one for one in texts if spoken.search(self._scripts.used(one)))
        return any(spoken.search(self._scripts.said(one)) or not self._is_taken_from(one) for one in said)

    def _is_taken_from(self, barrel: str) -> bool:
        """Whether scripts of the project import what a file hands on, so that it is not there for others alone."""
        folder = barrel.rpartition("/")[0]
        if barrel not in self._taken:
            word = _said_as(barrel).encode()
            holding = (p for p in self._scripts.near(barrel) if word in self._scripts.text(p) and not is_test(p))
            known = (p for p in holding if p != barrel and imports_folder(self._scripts.used(p), p, folder))
            enough = len([*islice(known, _FEWEST)]) == _FEWEST
            top = folder.rpartition("/")[2] in _TOPS or _stem(barrel) != "index"
            self._taken[barrel] = not top and enough and not self._hands_all_on(barrel)
        return self._taken[barrel]

    def _hands_all_on(self, path: str, name: str = "") -> bool:
        """Whether a file hands on all that a module exports, or a class of it: who uses its package may name it."""
        stem, word = re.escape(_said_as(path).encode()), re.escape(name.encode())
        what = rb"(?:\*|(?:type\s*)?\{[^{}]*(?<![\w$])%s(?![\w$])[^{}]*\})" % word if name else rb"\*"
        said = re.compile(rb"export\s*%s[^;\n]*[/\"'](?:%s)(?:\.\w+)?[\"']" % (what, stem))
        near = (one for one in self._names.scripts.importers(path) if one != path)
        return any(said.search(self._scripts.text(one)) and not self._is_taken_from(one) for one in near)

    def _has_neighbours(self, name: str, path: str) -> bool:
        """Whether scripts import a module, or most beside it; of what only its name finds, a hook, some are enough."""
        if self._is_imported(path) or (not self._is_found(path) and self._is_exception(path)):
            return True
        beside = self._in_folder(path) if _HOOK.match(name) else ()
        return sum(map(self._is_imported, beside)) >= _SOME

    def _is_exception(self, path: str) -> bool:
        """Whether files import most modules beside this one."""
        beside = self._beside(path)
        known = sum(map(self._is_imported, beside))
        component = _stem(_said_as(path))[:1].isupper()  # only who imports it renders it
        return known >= _FEWEST and (2 * known >= len(beside) if component else 3 * known >= 2 * len(beside))

    def _beside(self, path: str) -> list[str]:
        """The modules of its folder; where these are few, some of those below the folder around it."""
        beside = self._in_folder(path)
        around = path.rpartition("/")[0].rpartition("/")[0]
        if len(beside) >= _FEWEST or not around:
            return beside
        return [p for p in self._others(path) if p.startswith(f"{around}/")][:_ENOUGH]

    def _in_folder(self, path: str) -> list[str]:
        folder = path.rpartition("/")[0]
        return [p for p in self._others(path) if p.rpartition("/")[0] == folder]

    def _others(self, path: str) -> list[str]:
        return [p for p in self._texts if p != path and not _is_start(p) and not is_test(p)]

    def _is_imported(self, path: str, *, idly: bool = False) -> bool:
        """Whether another script says the name of a file where it may mean a module. idly: also where it imports it
        and never uses it, which runs the module all the same."""
        if (path, idly) not in self._imported:
            stem = _said_as(path).encode()
            said = re.compile(rb"[/\"'`]%s(?:\.\w+)*[\"'`?]" % re.escape(stem))
            near = (one for one in self._scripts.near(path) if one != path and not is_test(one))
            near = (one for one in near if stem in self._scripts.text(one))
            code = self._scripts.code if idly else self._scripts.used
            self._imported[path, idly] = any(said.search(code(one)) for one in near)
        return self._imported[path, idly]

    def _is_loaded(self, path: str) -> bool:
        """Whether a script names a file's folder to load all that lies in it: `autoLoad("./systems/")`."""
        folder = path.rpartition("/")[0].rpartition("/")[2]
        if folder not in self._loaded:
            said = re.compile(rb"[\"'`][^\"'`\n]*(?<![\w-])%s/(?:[\"'`]|\$\{|\*)" % re.escape(folder.encode()))
            word = f"{folder}/".encode()
            holding = (p for p in self._scripts.holding(word) if not is_test(p))
            self._loaded[folder] = folder != "components" and any(said.search(self._scripts.code(p)) for p in holding)
        return self._loaded[folder]

    def _is_found(self, path: str) -> bool:
        """Whether something may find a file by its name or its folder; what lies in `components/` is named."""
        *folders, _ = path.lower().split("/")
        last = max((at for at, folder in enumerate(folders) if folder == "components"), default=-1)
        return _is_start(path) or not _FOUND.isdisjoint(folders[last + 1 :])


def _is_start(path: str) -> bool:
    """Whether a file's name says that something starts with it; `components/Card/index.js` is named by its folder."""
    return _stem(path).lower() in _STARTED and not re.search(r"(?:^|/)components/(?:.+/)?[A-Z]\w*/index\.\w+$", path)


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]


def _said_as(path: str) -> str:
    """The last part of what imports a file say: its name, or that of its folder."""
    stem = _stem(path)
    return path.split("/")[-2] if stem == "index" and "/" in path else stem
