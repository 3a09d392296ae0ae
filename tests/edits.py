"""Random edits of a project's files, as people make them while they work on callers and callees."""

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

from tests.small_project import put

_CALL = re.compile(r"^([ \t]*)(?:await )?[\w.]+\(.*\)[ \t]*;?$", re.M)
_PY_DEF = re.compile(r"^([ \t]*)((?:async )?def )(\w+)\(", re.M)
_JS_DEF = re.compile(r"^([ \t]*(?:export )?)((?:async )?function )(\w+)\(", re.M)
_IMPORT = re.compile(r"^(?:from .*|import .*)\n", re.M)
_CALLED = re.compile(r"(?<!def )(?<!function )\b(\w+)\(")

Edit = Callable[[str, bool, Random], str]


def edit(root: Path, path: str, random: Random, at: int) -> str:
    """Change one file of a project in one way; its time of change becomes `at`. Says what was done."""
    kind = random.choice(sorted(_KINDS))
    text = (root / path).read_text("utf-8", "surrogateescape")
    changed = _KINDS[kind](text, path.endswith(".py"), random)
    put(root, path, changed.encode("utf-8", "surrogateescape"), at)
    return f"{kind} {path}"


def _pick(pattern: re.Pattern[str], text: str, random: Random) -> re.Match[str] | None:
    found = list(pattern.finditer(text))
    return random.choice(found) if found else None


def _loop_around_call(text: str, python: bool, random: Random) -> str:
    """A call moves into a loop: what it calls becomes hot."""
    call = _pick(_CALL, text, random)
    if call is None:
        return text
    line, indent = call[0].strip(), call[1]
    around = f"{indent}for turn in range(9):\n{indent}    {line}" if python else f"{indent}for (;;) {{ {line} }}"
    return text[: call.start()] + around + text[call.end() :]


def _drop_call(text: str, python: bool, random: Random) -> str:
    """A call goes away: what it called may be cold now."""
    call = _pick(_CALL, text, random)
    if call is None:
        return text
    return text[: call.start()] + call[1] + ("pass" if python else ";") + text[call.end() :]


def _rename_definition(text: str, python: bool, random: Random) -> str:
    """A function gets another name: its callers call nobody now."""
    found = _pick(_PY_DEF if python else _JS_DEF, text, random)
    if found is None:
        return text
    return text[: found.start(3)] + found[3] + "_renamed" + text[found.end(3) :]


def _add_caller(text: str, python: bool, random: Random) -> str:
    """A new function calls, in a loop, something that this file calls or defines."""
    found = _pick(_CALLED, text, random)
    name = found[1] if found else "print"
    if python:
        return f"{text}\n\nasync def added(rows):\n    for row in rows:\n        await {name}(row)\n"
    return f"{text}\nexport async function added(rows) {{ for (const row of rows) await {name}(row); }}\n"


def _make_handler(text: str, python: bool, random: Random) -> str:
    """A function becomes a request handler, so that it is hot by itself."""
    found = _pick(_PY_DEF if python else _JS_DEF, text, random)
    if found is None:
        return text
    if python:
        before = f"{found[1]}@router.get('/added')\n"
        return text[: found.start()] + before + text[found.start() :]
    return f"{text}\napp.get('/added', {found[3]});\n"


def _switch_async(text: str, python: bool, random: Random) -> str:
    """A function becomes a coroutine, or stops being one."""
    found = _pick(_PY_DEF if python else _JS_DEF, text, random)
    if found is None:
        return text
    word = found[2].removeprefix("async ") if found[2].startswith("async ") else f"async {found[2]}"
    return text[: found.start(2)] + word + text[found.end(2) :]


def _drop_import(text: str, _python: bool, random: Random) -> str:
    """An import goes away: names mean something else now."""
    found = _pick(_IMPORT, text, random)
    return text if found is None else text[: found.start()] + text[found.end() :]


def _shift(text: str, python: bool, random: Random) -> str:
    """Lines move down; nothing else changes."""
    return ("# moved\n" if python else "// moved\n") * random.randint(1, 3) + text


def _break(text: str, _python: bool, random: Random) -> str:
    """Half of the file is lost."""
    return text[: random.randrange(len(text) + 1)]


def _suppress(text: str, python: bool, random: Random) -> str:
    """A line gets a comment that may hide a finding."""
    lines = text.split("\n")
    at = random.randrange(len(lines))
    lines[at] += f"  {'#' if python else '//'} asynccost: ignore[all] an edit"
    return "\n".join(lines)


_KINDS: dict[str, Edit] = {
    "loop around a call in": _loop_around_call,
    "drop a call in": _drop_call,
    "rename a function in": _rename_definition,
    "add a caller to": _add_caller,
    "make a handler in": _make_handler,
    "switch async in": _switch_async,
    "drop an import of": _drop_import,
    "shift": _shift,
    "break": _break,
    "suppress in": _suppress,
}
