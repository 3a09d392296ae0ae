"""Where a report goes: formats asked for as FORMAT[=FILE], files replaced whole, terminals."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

from asynccost.errors import PathError, SettingsError, nearest
from asynccost.report import FORMATS, Report

if TYPE_CHECKING:
    from asynccost.report.as_text import Style

WHOLE = ("json", "json-lines", "sarif", "html")  # these show known findings, and say that they are; others hide them
PEOPLE = ("text", "concise")  # every other format is for machines


def targets(wanted: Sequence[str], origin: str, formats: Sequence[str] = FORMATS) -> list[tuple[str, str | None]]:
    """(format, file or None for standard output); refuses unknown formats and two on standard output."""
    found: list[tuple[str, str | None]] = []
    for item in wanted:
        name, _, file = item.partition("=")
        if name not in formats:
            hint = nearest(name, formats) or f"; they are {', '.join(formats)}"
            raise SettingsError(f'{origin}: there is no output format "{name}"{hint}')
        found.append((name, file or None))
    if sum(file is None for _, file in found) > 1:
        raise SettingsError(
            f"{origin}: only one output format can go to standard output; write FORMAT=FILE for the others"
        )
    return found


def write(report: Report, where: Sequence[tuple[str, str | None]], color: str, *, statistics: bool) -> None:
    """Render and write every format."""
    for name, file in where:
        style = None
        if name in PEOPLE:
            style = terminal(color if file is None else "never")
        text = _render(report, name, style, statistics)
        if file is None:
            to_stdout(text)
        else:
            replace(file, text)


def _render(report: Report, name: str, style: "Style | None", statistics: bool) -> str:
    if name not in WHOLE:
        report = report.without_known()
    module = import_module(f"asynccost.report.as_{name.replace('-', '_')}")
    if style is not None:
        return str(module.render(report, style, statistics=statistics))
    return str(module.render(report))


def terminal(color: str, environment: Mapping[str, str] = os.environ) -> "Style":
    """What standard output can show. --color > NO_COLOR > FORCE_COLOR > whether it is a terminal."""
    from shutil import get_terminal_size

    from asynccost.report.as_text import Style

    is_terminal = sys.stdout.isatty()
    colour = {"always": True, "never": False}.get(color)
    if colour is None:
        forced = environment.get("FORCE_COLOR", "") not in ("", "0")
        plain = bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
        colour = not plain and (forced or is_terminal)
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    width = get_terminal_size((100, 24)).columns if is_terminal or "COLUMNS" in environment else 100
    return Style(colour, encoding.startswith("utf"), max(min(width, 160), 30))


def to_stdout(text: str) -> None:
    """Print as UTF-8 (text for a terminal that has none is ASCII by now)."""
    to_stdout_raw(text.encode("utf-8", "backslashreplace"))


def to_stdout_raw(data: bytes) -> None:
    """Print bytes as they are.

    A reader that has gone away, as in `| head`, is no error, and the exit code stays what it was.
    """
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def replace(path: str, text: str) -> None:
    """Write a file so that it is either the old one or the whole new one; folders are made."""
    from tempfile import NamedTemporaryFile

    folder = os.path.dirname(os.path.abspath(path))
    temporary = ""
    try:
        os.makedirs(folder, exist_ok=True)
        with NamedTemporaryFile(
            "w", dir=folder, encoding="utf-8", errors="backslashreplace", newline="\n", delete=False
        ) as file:
            temporary = file.name
            file.write(text)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            with suppress(OSError):
                os.unlink(temporary)
        raise PathError(f"{path}: cannot be written: {error.strerror}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def progress(*, quiet: bool) -> Callable[[int, int], None] | None:
    """A line on standard error that counts files; only on a terminal, only once a second has passed."""
    if quiet or not sys.stderr.isatty():
        return None
    from time import monotonic

    begun = monotonic()

    def show(done: int, total: int) -> None:
        if monotonic() - begun < 1:
            return
        end = "\r\x1b[K" if done >= total else ""
        sys.stderr.write(f"\r\x1b[Kasynccost: {done:,} of {total:,} files{end}")
        sys.stderr.flush()

    return show
