"""CODEOWNERS as GitHub and GitLab read it."""

from pathlib import Path

import pytest

from asynccost.owners import PLACES, CodeOwners, lookup

GITHUB = """
# the last match wins
*                 @acme/all   docs@example.org  # and a comment
*.js              @js
/build/logs/      @logs
docs/*            @docs
apps/             @apps
/apps/github
**/secret.py      @security
/a\\ b/            @spaces
/one.py           not-an-owner
!*.py             @nobody
/[x]y.py          @brackets
"""
GITLAB = """
* @all
[Docs][2] @writers
docs/
docs/api.md @api
^[Docs]
*.rst @more
[Database]
model/db/ @dba
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("x/y.py", ("@acme/all", "docs@example.org")),
        ("x/y.js", ("@js",)),
        ("build/logs/a/b.txt", ("@logs",)),
        ("x/build/logs/a.txt", ("@acme/all", "docs@example.org")),
        ("docs/a.md", ("@docs",)),
        ("docs/sub/a.md", ("@acme/all", "docs@example.org")),
        ("x/apps/y.py", ("@apps",)),
        ("apps/github/y.py", ()),
        ("apps/github2/y.py", ("@apps",)),
        ("deep/er/secret.py", ("@security",)),
        ("a b/c.py", ("@spaces",)),
        ("one.py", ()),
        ("xy.py", ("@acme/all", "docs@example.org")),
        ("[x]y.py", ("@brackets",)),
    ],
)
def test_the_last_pattern_that_matches_decides(path: str, owners: tuple[str, ...]) -> None:
    assert CodeOwners(GITHUB.splitlines()).of(path) == owners


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("x.py", ("@all",)),
        ("docs/a.md", ("@all", "@writers")),
        ("docs/api.md", ("@all", "@api")),
        ("docs/a.rst", ("@all", "@more")),
        ("model/db/x.py", ("@all", "@dba")),
    ],
)
def test_each_section_decides_for_itself(path: str, owners: tuple[str, ...]) -> None:
    assert CodeOwners(GITLAB.splitlines()).of(path) == owners


def test_the_file_is_found_from_a_folder_below(tmp_path: Path) -> None:
    """Paths of a project that is not the top of its repository."""
    assert lookup(str(tmp_path))("a.py") == ()
    for place, owner in reversed(list(zip(PLACES, ("@github", "@gitlab", "@top", "@docs"), strict=True))):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(f"/service/api/ {owner}\n\xff", "latin-1")
        assert lookup(str(tmp_path), "service/")("api/a.py") == (owner,)
