"""What one file puts in the place of something for all: `mod.Session = Retrying`, `axios.defaults.timeout = 9000`."""

import re
from collections.abc import Iterator

from asynccost.flow.file import File, Site, is_test
from asynccost.flow.linked.importers import parts_of
from asynccost.flow.linked.project import Project

_PUTS = rb"^[ \t]*(\w+)\.%s[ \t]*=[ \t]*[\w(]|\bsetattr\(\s*(\w+)\s*,\s*[\"']%s[\"']\s*,"
_LOADED = rb"\b%s[ \t]*=[ \t]*(?:importlib\.)?import_module\(\s*[rRfF]?[\"']([\w.]+)"


def local_name(file: File, site: Site) -> str:
    """The name of its own by which a module calls what it imported from a library: `Session`; "" for the library's."""
    called = (site.name or "").partition("(")[0]
    return next((local for local, dotted in file.module.imports.items() if dotted == called and "." in dotted), "")


def replacing(project: Project, path: str, name: str) -> str:
    """The file that puts something else in the place of a name of a module; "" if none is in sight."""
    loading = [other for other in project.imports if project.python.may_say("import_module", other)]
    for other in sorted({*project.importers.of(path), *loading} - {path}):
        if is_test(other):
            continue
        text, word = project.python.text(other), name.encode()
        puts = re.finditer(_PUTS % (word, word), text, re.M)
        if any(_means(project, other, (put[1] or put[2]).decode(), text, path) for put in puts):
            return other
    return ""


def _means(project: Project, other: str, local: str, text: bytes, path: str) -> bool:
    """Whether a name of a file stands for a module."""
    parts = parts_of(path)
    if any(_may_be(loaded, parts) for loaded in _loaded(local, text)):
        return True
    named = local == parts[-1] or re.search(rb"\bas[ \t]+%s\b" % local.encode(), text) is not None
    return named and path.rpartition("/")[2] != "__init__.py" and other in project.importers.of(path)


def _loaded(local: str, text: bytes) -> Iterator[str]:
    return (match[1].decode() for match in re.finditer(_LOADED % local.encode(), text))


def _may_be(name: str, parts: list[str]) -> bool:
    """Whether a dotted name, or a beginning that ends in a dot, is that of a module, by any end of its name."""
    given = name.split(".") if not name.endswith(".") else [*name.split(".")[:-1], parts[-1]]
    return len(given) > 1 and parts[-len(given) :] == given


_DEFAULT = re.compile(rb"\baxios\.defaults\.timeout\s*=(?!=)")


def default_timeout(project: Project, path: str) -> str:
    """A script in the same top folder that gives all requests of axios a timeout; "" where there is none."""
    top = path.partition("/")[0]
    return next((one for one in project.memo(_giving) if one.partition("/")[0] == top), "")


def _giving(project: Project) -> list[str]:
    holding = sorted(one for one in project.code.holding(b"axios.defaults.timeout") if not is_test(one))
    return [one for one in holding if _DEFAULT.search(project.code.code(one))]
