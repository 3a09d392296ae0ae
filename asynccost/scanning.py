"""A scan from paths to Report: what the command line, and whoever else wants a scan, calls."""

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from asynccost import suppress
from asynccost.config.config_file import git_root
from asynccost.config.selection import chosen, visible
from asynccost.config.settings import Settings
from asynccost.engine import passes
from asynccost.engine.cache import folders
from asynccost.files import sources
from asynccost.files.kinds import language_of
from asynccost.files.listings import Listings
from asynccost.files.sources import Project
from asynccost.model import Finding, Severity
from asynccost.report import About, Report, View, ordered
from asynccost.report.context import context
from asynccost.rulebook import load

if TYPE_CHECKING:  # prices are loaded only where there is something to price
    from asynccost.pricing.money import Money
    from asynccost.probe.trace import Trace

Progress = Callable[[int, int], None]


class Input(NamedTuple):
    """What to scan: paths, text that was handed in under a name, and which share of it all."""

    paths: Sequence[str] = ()
    texts: Mapping[str, bytes] | None = None
    shard: tuple[int, int] | None = None


def project(what: Input, settings: Settings, check_cache: bool = False) -> Project:
    """The source files, and which of them are asked for. check_cache: list every folder anew."""
    paths = what.paths or (() if what.texts else (".",))
    known = folders(settings.cache_dir) if settings.cache and not check_cache else {}
    found = sources.find(paths, settings, what.texts, Listings(known))
    if what.shard:
        sources.shard(found, *what.shard)
    return found


def scan(
    found: Project,
    settings: Settings,
    *,
    check_cache: bool = False,
    progress: Progress | None = None,
    money: "Money | None" = None,
) -> Report:
    """Look at the project and report on what was asked for. money: what prices rest on, if not on the usage file."""
    families = {name: rule.family for name, rule in load().items()}
    result = passes.scan(
        found.sources,
        found.targets,
        settings,
        families=families,
        rules=chosen(settings, families),
        jobs=settings.jobs,
        cache=settings.cache,
        check_cache=check_cache,
        texts=found.texts,
        progress=progress,
        listings=found.listings,
    )
    findings = _measured(result, found, money) if money and money.trace else result.findings
    findings = visible(findings, settings, families)
    if findings:
        _price(findings, settings, money)
    report = Report(
        findings=findings,
        problems=[*found.problems, *result.problems],
        scanned=result.scanned,
        skipped=found.skipped,
        suppressed=len(result.suppressed),
        suppressed_in=Counter(f.path for f, _ in result.suppressed),
        prefix=prefix(found.root),
        rules=about_rules,
        read=reader(found),
        context=lambda: context(found.root),
        view=View(settings.link_template, settings.editor, settings.source),
        trace=money.trace if money else None,
        owners=owners(found.root),
    )
    return ordered(_without_built(report, {s.path: s.language for s in found.sources}))


def _price(findings: Sequence[Finding], settings: Settings, money: "Money | None") -> None:
    from asynccost.pricing.money import load as known
    from asynccost.pricing.unit import price

    price(findings, money or known(settings.root))


def _measured(result: passes.Result, found: Project, money: "Money") -> list[Finding]:
    """The findings with what a trace says of them, and those that only the trace saw, comments respected."""
    from asynccost.pricing.joining import join

    asked = {s.path for s in found.asked()}
    read = reader(found)
    rules = load()
    hidden = [f for f, _ in result.suppressed]
    own = join(result.findings, hidden, money, asked, read)
    own = [replace(f, family=rules[f.rule].family, severity=rules[f.rule].severity) for f in own if f.rule in rules]
    comments = {f.path: suppress.comments(read(f.path)) for f in own}
    families = {name: rule.family for name, rule in rules.items()}
    kept = suppress.apply(own, comments, families=families, ran=()).kept
    return [*result.findings, *(f for f in kept if f.rule in rules)]


def price(findings: Sequence[Finding], found: Project, settings: Settings, money: "Money") -> None:
    """Tell findings of a scan that is over what they cost; the files must be as that scan read them."""
    if money.trace:
        from asynccost.pricing.joining import join

        join(findings, (), money, {s.path for s in found.asked()}, reader(found))
    _price(findings, settings, money)


def with_edits(report: Report, found: Project, settings: Settings) -> Report:
    """A report whose fixes have their edits; this lowers the files with fixes anew, and loads codemods."""
    if not any(f.fix for f in report.findings):
        return report
    from asynccost.fixer.showing import with_edits as shown

    languages = {f.path: language_of(f.path) or "" for f in report.findings}  # --staged: not all need be on disk
    languages |= {s.path: s.language for s in found.sources}
    return replace(report, findings=shown(report.findings, languages, settings, report.read))


def narrowed(report: Report, found: Project) -> Report:
    """What a report on a whole project says of those of its files that were asked for."""
    asked = {s.path: s.language for s in found.asked()}
    hidden = {path: n for path, n in report.suppressed_in.items() if path in asked}
    left_out = {path for paths in report.skipped.values() for path in paths}
    return replace(
        report,
        findings=[f for f in report.findings if f.path in asked],
        problems=[p for p in report.problems if p.path in asked or not p.path or p in found.problems],
        scanned=dict(sorted(Counter(lang for path, lang in asked.items() if path not in left_out).items())),
        suppressed=sum(hidden.values()),
        suppressed_in=hidden,
    )


def from_results(paths: Sequence[str], settings: Settings) -> Report:
    """The report of JSON results, several merged; raises ResultError for what is none of ours."""
    import json

    from asynccost.report import merging, reading

    results = [merging.read(path) for path in paths]
    result = results[0] if len(results) == 1 else json.loads(merging.merged(results))
    root = settings.root
    report = reading.report(result, ", ".join(paths), below(root, {}))
    report.prefix, report.rules, report.context = prefix(root), about_rules, lambda: context(root)
    report.view = View(settings.link_template, settings.editor, settings.source)
    return report


def from_traces(paths: Sequence[str], settings: Settings) -> Report:
    """What traces tell by themselves, several merged; raises ResultError for what is none."""
    from asynccost.probe.trace import merged
    from asynccost.probe.tracefile import read

    return from_trace(merged(map(read, paths)), ", ".join(paths), settings)


def from_trace(trace: "Trace", source: str, settings: Settings) -> Report:
    """What a run tells by itself, without a scan: the wastes that were measured, priced. source: for the receipts."""
    from asynccost.pricing.joining import join
    from asynccost.pricing.money import load as known
    from asynccost.pricing.money import with_trace

    money = with_trace(known(settings.root), trace, source)
    places = sorted({place.path for row in trace if (place := getattr(row, "place", None))})
    read = below(settings.root, {})
    own = join([], [], money, places, read)
    rules = load()
    found = [replace(f, family=rules[f.rule].family, severity=rules[f.rule].severity) for f in own if f.rule in rules]
    return ordered(
        Report(
            findings=found,
            scanned={"python": len(places)},
            rules=about_rules,
            read=read,
            context=lambda: context(settings.root),
            view=View(settings.link_template, settings.editor, settings.source),
            trace=trace,
            owners=owners(settings.root),
        )
    )


def scope(what: Input, settings: Settings) -> str:
    """A short name for what was asked: runs of one scope can be compared."""
    from hashlib import blake2b

    families = {name: rule.family for name, rule in load().items()}
    paths = sorted(os.path.relpath(path, settings.root) for path in what.paths or ["."])
    asked = "\0".join([*sorted(chosen(settings, families)), settings.confidence, "", *paths])
    return blake2b(asked.encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()


def about_rules() -> dict[str, About]:
    """Every rule that a finding can have, with what formats tell of it."""
    ours = {name: About(r.summary, r.family, r.severity, r.languages, r.page, r.action) for name, r in load().items()}
    meta = {
        name: About(summary, suppress.FAMILY, Severity.INFO, (), suppress.PAGE)
        for name, summary in suppress.SUMMARIES.items()
    }
    return ours | meta


def reader(found: Project) -> Callable[[str], bytes]:
    """Reads a file of a project by its path; nothing where it cannot be read."""
    return below(found.root, found.texts)


def below(root: str, texts: Mapping[str, bytes]) -> Callable[[str], bytes]:
    """Reads a file by its path below a root; nothing where it cannot be read or lies elsewhere."""

    def read(path: str) -> bytes:
        if path in texts:
            return texts[path]
        whole = os.path.normpath(os.path.join(root, path))
        if not whole.startswith(os.path.join(root, "")):
            return b""
        try:
            with open(whole, "rb") as file:
                return file.read()
        except OSError:
            return b""

    return read


def owners(root: str) -> Callable[[str], tuple[str, ...]]:
    """Who owns a path below a root."""
    from asynccost.owners import lookup

    return lookup(git_root(root) or root, prefix(root))


def prefix(root: str) -> str:
    """From the top of the git checkout to a folder: what a path that is relative to it lacks."""
    top = git_root(root)
    return "" if top in (None, root) else os.path.relpath(root, top).replace(os.sep, "/") + "/"


def _without_built(report: Report, languages: Mapping[str, str]) -> Report:
    """Minified scripts and bundles are left out by intent: they are counted as skipped, not listed as broken."""
    for kind in ("minified", "bundled"):
        built = [p.path for p in report.problems if p.kind == kind]
        if built:
            report.skipped = {**report.skipped, kind: [*report.skipped.get(kind, ()), *built]}
            report.problems = [p for p in report.problems if p.kind != kind]
            fewer = Counter(report.scanned) - Counter(languages[path] for path in built)
            report.scanned = dict(sorted(fewer.items()))
    return report
