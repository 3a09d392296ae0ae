"""Reads files again for what the second pass asks of them; what is read and lowered once is handed on."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

from asynccost.config.settings import Settings
from asynccost.engine.cache import digest
from asynccost.engine.lowered import Lowered
from asynccost.engine.lowering import Again
from asynccost.engine.seen import Seen
from asynccost.files.decoding import decode
from asynccost.files.sources import Source
from asynccost.flow.facts.asked import Asked
from asynccost.knowledge import Knowledge
from asynccost.model import Finding
from asynccost.suppress import Comment


@dataclass(slots=True)
class Handed:
    """What scans of one project hand on to the next, by path, each with the digest of the content that it is of.

    rows: what the first pass made of texts. asked: what the second pass has read and lowered.
    lowered: files with findings that can be fixed, as the first pass lowered them.
    settled: what the second pass made of the findings of each file, when all files were those of `marks`.
    near: the next scan takes the findings of files that are as they were from there, although what has changed
    elsewhere may say otherwise of them: somebody looks at all of it again before anything rests on it.
    """

    rows: dict[str, tuple[str, str]] = field(default_factory=dict)
    asked: dict[str, tuple[str, Asked]] = field(default_factory=dict)
    lowered: Lowered = field(default_factory=Lowered)
    settled: dict[str, list[Finding]] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    near: bool = False

    def let_go(self, paths: Iterable[str]) -> None:
        """Keep nothing of what files were that are others by now."""
        for path in paths:
            self.asked.pop(path, None)
            self.lowered.drop(path)

    def untouched(self, marks: Mapping[str, str]) -> dict[str, list[Finding]]:
        """What was settled of the files that are as they were, and whose findings speak of no others than such."""
        same = {path for path, mark in marks.items() if mark and self.marks.get(path) == mark}
        return {
            path: found
            for path, found in self.settled.items()
            if path in same and all(f.path in same and all(r.path in same for r in f.related) for f in found)
        }

    def of(self, marks: Mapping[str, str]) -> dict[str, Asked]:
        """What was read of the files whose digests are still those of `marks`."""
        return {path: asked for path, (mark, asked) in self.asked.items() if marks.get(path) == mark}

    def keep(self, asked: Mapping[str, tuple[str, Asked]]) -> None:
        """Hand on the files of these that have been read, and no others."""
        self.asked = {path: (mark, one) for path, (mark, one) in asked.items() if one.is_read}


class Reader:
    """Reads files again for what the second pass asks of them. known: what has been read of the same content."""

    def __init__(
        self,
        sources: Sequence[Source],
        texts: Mapping[str, bytes],
        settings: Settings,
        known: Mapping[str, Asked] | None = None,
        lowered: Lowered | None = None,
    ) -> None:
        self.known = dict(known or {})
        self._sources = {s.path: s for s in sources}
        self._texts = texts
        self._settings = settings
        self._lowered = lowered
        self._read: dict[str, str] = {}

    def seen(self, path: str, text: str, comments: dict[str, list[Comment]] | None = None) -> Seen:
        """What a row was made of."""
        *row, found = json.loads(text)
        if found and comments is not None:
            comments[path] = [Comment.of(c) for c in found]
        seen = Seen.of(path, row)
        if seen.late is not None and path in self.known:
            seen.asked, seen.read = self.known[path], partial(self._source, path)
            return seen
        self._lowering.ask(seen, partial(self._source, path))
        if seen.asked is not None:
            self.known[path] = seen.asked
        return seen

    @property
    def scripts(self) -> dict[str, Callable[[], bytes]]:
        """Reads every script, by path, also those of which nothing was kept."""
        return {p: partial(self._source, p) for p, s in self._sources.items() if s.language == "javascript"}

    @cached_property
    def _lowering(self) -> Again:
        return Again(lambda: self.knowledge, self._lowered)

    @cached_property
    def knowledge(self) -> Knowledge:
        """The tables that files are read with."""
        return Knowledge(self._settings.knowledge)

    def _source(self, path: str) -> bytes:
        source = self._sources[path]
        try:
            data = raw(source, self._texts)
        except OSError:
            data = b""
        self._read[path] = digest(data)
        return decoded(data, source)

    def changed(self, marks: Mapping[str, str]) -> list[str]:
        """The files that were no longer what they had been when they were read again."""
        return [path for path, mark in self._read.items() if marks.get(path) != mark]


def raw(source: Source, texts: Mapping[str, bytes]) -> bytes:
    """The bytes of a file, on disk or handed in. Raises OSError."""
    data = texts.get(source.path)
    if data is None:
        with open(source.absolute, "rb") as file:
            data = file.read()
    return data


def decoded(data: bytes, source: Source) -> bytes:
    """Its text as UTF-8; nothing where that cannot be had."""
    return decode(data, source.path, source.language).data or b""
