"""A release that a helper hands back: `stop = attach()`, and `onUnmounted(() => stop())`."""

from dataclasses import replace

from asynccost.flow.acquisitions import Acquisition, Fate
from asynccost.flow.around import function_of
from asynccost.flow.file import File
from asynccost.flow.reach import local_function
from asynccost.flow.release import fate
from asynccost.flow.tree import Collection, Function, Name, Return


def handed_back(got: Acquisition, end: Fate, cleanups: list[Function], file: File) -> Fate | None:
    """What becomes of the function that releases something, where the helper that acquires it returns that function."""
    release = function_of(end.at) if end.at is not None else None
    maker = release.scope if release is not None else None
    if release is None or maker is None or maker.kind == "module" or not _returns(maker, release):
        return None
    pair = replace(got.pair, handle="disposer")
    for site in file.calls:
        if local_function(site.call.callee, site.function, file) is maker:
            kept = fate(Acquisition(site.call, site.function, pair), cleanups, file)
            if kept.kind in ("released", "handed on"):
                return kept
    return None


def _returns(maker: Function, release: Function) -> bool:
    """Whether a function hands back one that it holds: `return () => off()`, `return { stop }`."""
    holder = release.closure.parent if release.closure is not None else None
    if isinstance(holder, Return) or (isinstance(holder, Collection) and isinstance(holder.parent, Return)):
        return True
    returned = [r.value for r in maker.index.returns] if maker.index is not None else []
    names = [item for value in returned for item in (value.items if isinstance(value, Collection) else [value])]
    return bool(release.name) and any(isinstance(n, Name) and n.id == release.name for n in names)
