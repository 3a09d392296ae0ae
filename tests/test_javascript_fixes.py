"""JavaScript fixes keep how a file is written: the fixtures again, with other line ends and indentation."""

import re
from pathlib import Path

import pytest

from asynccost import fixer
from asynccost.config.settings import Settings
from asynccost.files.sources import Source
from asynccost.model import Confidence
from tests.fixtures import LANGUAGE, Fixture, after, fixtures
from tests.test_fixes import fix

FIXED = [
    f for f in fixtures() if after(f) is not None and {LANGUAGE[Path(p).suffix] for p in f.files} == {"javascript"}
]


def windows(text: bytes) -> bytes:
    """A text with the line ends of Windows."""
    return text.replace(b"\n", b"\r\n")


def tabs(text: bytes) -> bytes:
    """A text indented by tabs, where it was by two spaces."""
    return re.sub(rb"^(?:  )+", lambda m: b"\t" * (len(m[0]) // 2), text, flags=re.M)


@pytest.mark.parametrize("fixture", FIXED, ids=lambda f: f.name)
def test_line_ends_and_indentation_are_kept(fixture: Fixture) -> None:
    """Every line that a fix writes ends as the others do, and is indented as they are."""
    result = fix({p: windows(tabs(t)) for p, t in fixture.files.items()}, fixture.rule).after
    wanted = {p: windows(tabs(t)) for p, t in (after(fixture) or {}).items() if t != fixture.files[p]}

    assert {p: _joined(t) for p, t in result.items()} == {p: _joined(t) for p, t in wanted.items()}
    lines = [line for t in result.values() for line in t.split(b"\n")[:-1]]
    assert [line for line in lines if re.match(rb"\t* {2,}\S|.*[^\r]$", line)] == []


def _joined(text: bytes) -> bytes:
    """A text without what a narrower indentation may lay out otherwise: breaks and commas inside parentheses, and
    behind the arrow of a function."""
    return re.sub(rb"([(\[])\s+|,?\s+([)\]])", rb"\1\2", re.sub(rb"=>\s+", b"=> ", text))


PREVIEWS = b"""import { useEffect, useState } from "react";

export function Previews({ files }) {
  const [urls, setUrls] = useState([]);

  function show(file) {
    const url = URL.createObjectURL(file);
    setUrls((all) => [...all, url]);
  }

  useEffect(() => {
    for (const file of files) show(file);
  }, [files]);
  return urls.map((url) => <img key={url} src={url} />);
}
"""


def test_no_cleanup_names_what_it_does_not_see() -> None:
    """A variable of another function of the component is none of the effect's, however unsure the finding is."""
    source = Source("a.jsx", "/nowhere/a.jsx", "javascript", len(PREVIEWS), 0, 0)
    settings = Settings("/nowhere", select=("missing-effect-cleanup",), confidence=Confidence.LOW, cache=False, jobs=1)
    outcome = fixer.fix(fixer.Task([source], None, settings, {"a.jsx": PREVIEWS}, unsafe=True))

    assert [left.kind for left in outcome.left] == ["no fix"]
    assert outcome.after == {}
