"""A scan from paths to Report: what the command line, and whoever else wants a scan, calls."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from asynccost import engine, sources, suppress
from asynccost.report import About, Report, ordered
from asynccost.settings import Settings
from asynccost.sources import Project

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Input:
    """What to scan: paths, text that was handed in under a name, and which share of it all."""

    paths: Sequence[str] = ()
    texts: Mapping[str, bytes] | None = None
    shard: tuple[int, int] | None = None


def project(what: Input, settings: Settings) -> Project:
    """The source files, and which of them are asked for."""
    paths = what.paths or (() if what.texts else (".",))
    found = sources.find(paths, settings, what.texts)
    if what.shard:
        sources.shard(found, *what.shard)
    return found


def scan(found: Project, settings: Settings, *, check_cache: bool = False, progress: Progress | None = None) -> Report:
    """Look at the project and report on what was asked for."""
    result = engine.scan(
        found.sources,
        found.targets,
        settings,
        jobs=settings.jobs or os.cpu_count() or 1,
        cache=settings.cache,
        check_cache=check_cache,
        text_of=found.texts,
        progress=progress,
    )
    report = Report(
        findings=result.findings,
        problems=[*found.problems, *result.problems],
        scanned=result.scanned,
        skipped=found.skipped,
        suppressed=result.suppressed,
        rules=about_rules,
        read=reader(found),
    )
    return ordered(_without_minified(report))


def about_rules() -> dict[str, About]:
    """Every rule that a finding can have, with what formats tell of it."""
    from asynccost.rulebook import load

    ours = {name: About(r.summary, r.family, r.severity, r.languages, r.page) for name, r in load().items()}
    return ours | suppress.rules()


def reader(found: Project) -> Callable[[str], bytes]:
    """Reads a file of a project by its path; nothing where it cannot be read."""

    def read(path: str) -> bytes:
        if path in found.texts:
            return found.texts[path]
        try:
            with open(os.path.join(found.root, path), "rb") as file:
                return file.read()
        except OSError:
            return b""

    return read


def _without_minified(report: Report) -> Report:
    """Minified scripts are left out by intent: they are counted, not listed as broken."""
    minified = [p.path for p in report.problems if p.kind == "minified"]
    if minified:
        report.skipped = {**report.skipped, "minified": [*report.skipped.get("minified", ()), *minified]}
        report.problems = [p for p in report.problems if p.kind != "minified"]
        report.scanned = _fewer(report.scanned, len(minified))
    return report


def _fewer(scanned: Mapping[str, int], count: int) -> dict[str, int]:
    return {language: n - (count if language == "javascript" else 0) for language, n in scanned.items()}
