"""A limit that a program gives all sockets of Python when it starts: `socket.setdefaulttimeout(30)`.

It holds for whoever opens a socket and says nothing of a timeout: urllib, http.client, smtplib, ftplib. It does not
for requests, which gives every socket a timeout of its own: None.
"""

import re

from asynccost.flow.file import is_test
from asynccost.flow.linked.project import Project
from asynccost.flow.mentions import STRINGS

_RESTS = frozenset({"urllib", "http", "socket", "smtplib", "ftplib", "imaplib", "poplib", "telnetlib", "xmlrpc"})
_SETS = re.compile(rb"^([ \t]*)(?:\w+\.)?setdefaulttimeout\([ \t]*(?!None\b|\))(\w*)", re.M)
_DEF = re.compile(rb"^([ \t]*)(?:async[ \t]+)?def[ \t]+\w+[ \t]*\(([^)]*)\)", re.M)
_ASKS = re.compile(  # what asks, or what is opened or connected by the name of a method, and what lifts the limit again
    rb"\burl(?:open|retrieve)\(|\bHTTPS?Connection\(|\bSMTP(?:_SSL)?\(|\bFTP(?:_TLS)?\(|\bIMAP4|\bPOP3|\bServerProxy\("
    rb"|\.(?:open|connect|request|getaddrinfo|gethostbyname)\(|\bsetdefaulttimeout\(None"
)
# put back; what holds only where a program runs as a service of Windows
_OTHERWISE = re.compile(rb"\bgetdefaulttimeout\b|\bwin32service")


def rests_on_socket(name: str) -> bool:
    """Whether what is called by a resolved name leaves the timeout to Python's sockets where nobody gives one."""
    return name.partition(".")[0] in _RESTS


def socket_limit(project: Project, path: str) -> str:
    """The file of a program that gives every socket a limit, in which a module runs; "" where none is in sight."""
    return next((one for one in project.memo(_setting) if one != path and _runs_in(path, one, project)), "")


def _setting(project: Project) -> list[str]:
    said = (one for one in sorted(project.imports) if project.python.may_say("setdefaulttimeout", one))
    return [one for one in said if not is_test(one) and _sets_for_good(project.python.text(one))]


def _sets_for_good(source: bytes) -> bool:
    """Whether a file sets a limit however its program starts, not for one request, and not until it puts it back."""
    code = STRINGS.sub(lambda match: b" " * len(match[0]), source) if b"setdefaulttimeout" in source else b""
    return not _OTHERWISE.search(code) and any(_starts(code, match) for match in _SETS.finditer(code))


def _starts(code: bytes, sets: re.Match[bytes]) -> bool:
    """Whether the function around a call neither asks for something itself nor is handed the limit."""
    around = [made for made in _DEF.finditer(code, 0, sets.start()) if len(made[1]) < len(sets[1])]
    if not around or _ends_before(code, around[-1], sets):
        return True
    made = around[-1]
    body = code[made.end() : _end(code, made, sets.end())]
    return not _ASKS.search(body) and (not sets[2] or not re.search(rb"\b%s\b" % sets[2], made[2]))


def _ends_before(code: bytes, made: re.Match[bytes], sets: re.Match[bytes]) -> bool:
    return _end(code, made, made.end()) < sets.start()


def _end(code: bytes, made: re.Match[bytes], at: int) -> int:
    """Where a function ends that is indented like this: at the next line that is not further in."""
    after = re.compile(rb"\n[ \t]{0,%d}(?=[^\s)\]}#])" % len(made[1])).search(code, at)
    return after.start() if after else len(code)


def _runs_in(path: str, setter: str, project: Project) -> bool:
    """Whether a module belongs to a program: it lies in a package with it, or the program imports it."""
    mine, other = path.split("/")[:-1], setter.split("/")[:-1]
    same = 0
    while same < min(len(mine), len(other)) and mine[same] == other[same]:
        same += 1
    if same and "/".join([*mine[:same], "__init__.py"]) in project.imports:
        return True
    return _imports(setter, path, project)


def _imports(setter: str, path: str, project: Project) -> bool:
    """Whether a program imports a module, itself or by others."""
    todo, seen = [path], {path}
    while todo:
        for one in project.importers.of(todo.pop()) - seen:
            if one == setter:
                return True
            seen.add(one)
            todo.append(one)
    return False
