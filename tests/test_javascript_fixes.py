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


def unsure(text: bytes) -> fixer.Outcome:
    """What `fix --unsafe --confidence low` makes of the effects of a component."""
    source = Source("a.jsx", "/nowhere/a.jsx", "javascript", len(text), 0, 0)
    settings = Settings("/nowhere", select=("missing-effect-cleanup",), confidence=Confidence.LOW, cache=False, jobs=1)
    return fixer.fix(fixer.Task([source], None, settings, {"a.jsx": text}, unsafe=True))


def test_no_cleanup_names_what_it_does_not_see() -> None:
    """A variable of another function of the component is none of the effect's, however unsure the finding is."""
    outcome = unsure(PREVIEWS)

    assert [left.kind for left in outcome.left] == ["no fix"]
    assert outcome.after == {}


BRIDGE = b"""import { useEffect } from "react";

let bridged = false;

export function Viewer({ hear }) {
  useEffect(() => {
    if (!bridged) {
      window.addEventListener("message", hear);
      bridged = true;
    }
  }, [hear]);
  return null;
}
"""


def test_what_a_flag_of_the_module_keeps_from_being_started_again_is_not_ended() -> None:
    """The next component would find the flag set, and hear nothing."""
    assert unsure(BRIDGE).after == {}
    assert unsure(BRIDGE.replace(b"bridged = true", b"open(hear)")).after != {}
