"""Links from a place in the code to the code host and to the editor, made from templates.

A template knows {path}, {line}, {end_line}, {col}, {sha} and {abs}; what is put in is quoted for a URL.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from asynccost.report import Report
from asynccost.report.context import Context

Link = Callable[[str, int, int, int], str]  # path, line, end_line, column -> address, "" if there is none

_HOSTS = (
    (re.compile(r"github"), "/blob/{sha}/{path}#L{line}-L{end_line}"),
    (re.compile(r"gitlab"), "/-/blob/{sha}/{path}#L{line}-{end_line}"),
    (re.compile(r"bitbucket"), "/src/{sha}/{path}#lines-{line}:{end_line}"),
    (re.compile(r"dev\.azure|visualstudio"), "?path=/{path}&version=GC{sha}&line={line}&lineEnd={end_line}"),
)
EDITORS = {
    "vscode": "vscode://file/{abs}:{line}:{col}",
    "cursor": "cursor://file/{abs}:{line}:{col}",
    "idea": "idea://open?file={abs}&line={line}",
}
_REMOTE = re.compile(r"(?:ssh://|https?://)?(?:[^@/]+@)?([^:/]+)(?::\d+(?=/))?[:/](.+?)(?:\.git)?/?\Z")


def links(report: Report, where: Context) -> tuple[Link, Link]:
    """To the code host, and to the editor."""
    host = report.view.link_template or host_template(where.remote)
    editor = EDITORS.get(report.view.editor, report.view.editor)
    return (
        link(host, prefix=report.prefix, sha=where.revision, root=where.root),
        link(editor, root=where.root),
    )


def none(_path: str, _line: int, _end_line: int, _column: int) -> str:
    """No link."""
    return ""


def host_template(remote: str) -> str:
    """The template for a git remote, as `git remote get-url` prints it; "" for a host that is not known."""
    match = _REMOTE.match(remote.strip())
    if match is None or remote.startswith(("/", ".", "file:")):
        return ""
    host, path = match[1], match[2]
    suffix = next((suffix for name, suffix in _HOSTS if name.search(host)), "")
    return f"https://{host}/{path}{suffix}" if suffix else ""


def link(template: str, *, prefix: str = "", sha: str = "", root: str = "") -> Link:
    """Fill a template for every place. prefix: from the top of the repository to what paths are relative to."""
    if not template or ("{sha}" in template and not sha):
        return none

    def address(path: str, line: int, end_line: int, column: int) -> str:
        values: Mapping[str, str] = {
            "path": _quoted(prefix + path),
            "abs": _quoted(f"{root}/{path}".lstrip("/")),
            "line": str(line),
            "end_line": str(max(line, end_line)),
            "col": str(column),
            "sha": _quoted(sha),
        }
        return re.sub(r"\{(\w+)\}", lambda m: values.get(m[1], m[0]), template)

    return address


def chosen(key: str, value: str) -> str:
    """A link into the page's list of findings, narrowed to a value of one filter."""
    return f"#view=engineering&{key}={_quoted(value)}"


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"))
