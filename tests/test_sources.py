"""Finding the files: languages, patterns, what is asked for, what is left out and said."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asynccost.config import settings as user_settings
from asynccost.errors import PathError
from asynccost.files import sources
from asynccost.files.bundles import bundled
from asynccost.files.decoding import decode, minified
from asynccost.patterns import Patterns


def tree(root: Path, *paths: str, **texts: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(texts.get(path, "x = 1\n"))


def find(*paths: str, **options: object) -> sources.Project:
    return sources.find(paths, user_settings.load(paths, options=options, environment={}))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def names(project: sources.Project) -> list[str]:
    return [s.path for s in project.asked()]


def test_languages_by_suffix_in_order(here: Path) -> None:
    tree(here, "b.ts", "a.py", "c/d.vue", "c/e.mjs", "c/readme.md", "c/f.tsx", "upper.PY")
    project = find(".")
    assert names(project) == ["a.py", "b.ts", "c/d.vue", "c/e.mjs", "c/f.tsx", "upper.PY"]
    assert [s.language for s in project.sources[:3]] == ["python", "javascript", "javascript"]
    assert project.sources[0].size == 6
    assert project.sources[0].absolute == str(here / "a.py")


def test_other_kinds_are_named_and_counted(here: Path) -> None:
    tree(here, "a.py", "n.ipynb", "t.pyi", "d.d.ts", "x.min.js", "c.coffee", "node_modules/m/i.js")
    assert find(".").skipped == {
        "notebook": ["n.ipynb"],
        "type stub": ["t.pyi"],
        "type declarations": ["d.d.ts"],
        "minified": ["x.min.js"],
        "CoffeeScript": ["c.coffee"],
        "excluded": ["node_modules/"],
    }


def test_a_folder_may_be_called_like_a_file(here: Path) -> None:
    tree(here, "odd.py/a.py")
    assert names(find(".")) == ["odd.py/a.py"]


def test_links_are_not_followed_but_said(here: Path) -> None:
    tree(here, "a.py")
    (here / "again.py").symlink_to("a.py")
    (here / "loop").symlink_to(here)
    (here / "gone.py").symlink_to("nowhere.py")
    project = find(".")
    assert names(project) == ["a.py"]
    assert sorted(project.skipped["symbolic link"]) == ["again.py", "gone.py"]


def test_a_pipe_is_not_opened(here: Path) -> None:
    os.mkfifo(here / "pipe.py")
    assert names(find(".")) == []


def test_named_paths_are_targets_of_the_whole_project(here: Path) -> None:
    tree(here, "a.py", "src/b.py", "src/c.py", "srcs/d.py")
    project = find("src", "a.py")
    assert len(project.sources) == 4
    assert names(project) == ["a.py", "src/b.py", "src/c.py"]


def test_paths_are_relative_to_the_git_root(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(here, "a.py", "src/b.py")
    monkeypatch.chdir(here / "src")
    assert names(find(".")) == ["src/b.py"]
    assert names(find("../a.py")) == ["a.py"]


def test_named_files_are_scanned_even_if_left_out(here: Path) -> None:
    tree(here, "build/a.py", "gen/b.py", "gen/c.py", ".gitignore")
    (here / ".gitignore").write_text("gen/\n")
    assert names(find("build/a.py", "gen/b.py")) == ["build/a.py", "gen/b.py"]
    assert names(find("gen")) == ["gen/b.py", "gen/c.py"]
    forced = find("build/a.py", "gen/b.py", force_exclude=True)
    assert names(forced) == []
    assert forced.skipped == {"excluded": ["build/a.py"], ".gitignore": ["gen/b.py"]}


def test_a_name_that_is_no_text_is_a_problem(here: Path) -> None:
    tree(here, "a.py")
    Path(os.fsdecode(b"b\xe9.py")).write_text("")
    project = find(".")
    assert names(project) == ["a.py"]
    assert [(p.path, p.message) for p in project.problems] == [("b\\xe9.py", "has a name that is not UTF-8")]


def test_exclude_extend_exclude_and_include(here: Path) -> None:
    tree(here, "a.py", "lib/b.py", "lib/gen/c.py", "dist/d.py", "web/e.js")
    assert names(find(".", extend_exclude=["lib/gen"])) == ["a.py", "lib/b.py", "web/e.js"]
    assert names(find(".", exclude=["*.js"])) == ["a.py", "dist/d.py", "lib/b.py", "lib/gen/c.py"]
    assert names(find(".", include=["lib/**"])) == ["lib/b.py", "lib/gen/c.py"]


def test_gitignore_files_nest_and_take_back(here: Path) -> None:
    tree(here, "a.py", "gen/x.py", "sub/gen/y.py", "sub/keep.py", "sub/b_pb2.py", "b_pb2.py", "sub/no.py")
    (here / ".gitignore").write_text("/gen/\n*_pb2.py\n# comment\n")
    (here / "sub" / ".gitignore").write_text("!b_pb2.py\nno.py\n")
    assert names(find(".")) == ["a.py", "sub/b_pb2.py", "sub/gen/y.py", "sub/keep.py"]
    assert len(names(find(".", respect_gitignore=False))) == 7


def test_gitignore_above_the_root_counts(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree(here, "pkg/a.py", "pkg/gen/b.py", "pkg/asynccost.toml")
    (here / "pkg" / "asynccost.toml").write_text("jobs = 1\n")
    (here / ".gitignore").write_text("pkg/gen/\n")
    monkeypatch.chdir(here / "pkg")
    assert names(find(".")) == ["a.py"]


def test_a_missing_path_names_the_nearest(here: Path) -> None:
    tree(here, "src/handler.py")
    with pytest.raises(
        PathError, match=r'src/handlr.py: there is no such .* did you mean "src/handler.py"\?'
    ):
        find("src/handlr.py")


def test_shards_are_disjoint_and_whole(here: Path) -> None:
    tree(here, *(f"m{n}.py" for n in range(7)))
    parts = []
    for part in (1, 2, 3):
        project = find(".")
        sources.shard(project, part, 3)
        parts += names(project)
        assert len(project.sources) == 7
    assert sorted(parts) == names(find("."))


def test_text_that_is_handed_in_need_not_exist(here: Path) -> None:
    tree(here, "a.py")
    chosen = user_settings.load(["new/b.ts"], environment={})
    project = sources.find([], chosen, {"new/b.ts": b"let x"})
    assert names(project) == ["new/b.ts"]
    assert project.texts == {"new/b.ts": b"let x"}
    with pytest.raises(PathError, match="not a name of a Python"):
        sources.find([], chosen, {"b.txt": b""})


PARTS = st.sampled_from(["a", "b", "ab", "a*", "*", "**", "?", "[ab]", "[!a]", "*.py", "a.py", r"\a"])
LINES = st.builds(
    lambda negated, lead, parts, tail: f"{negated}{lead}{'/'.join(parts)}{tail}",
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "", "/"]),
    st.lists(PARTS, min_size=1, max_size=3),
    st.sampled_from(["", "", "/"]),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(LINES, min_size=1, max_size=4))
def test_patterns_mean_what_they_mean_to_git(tmp_path: Path, lines: list[str]) -> None:
    paths = [
        f"{d}{f}" for d in ("", "a/", "b/", "a/b/", "b/ab/", "ab/a/b/") for f in ("a.py", "b.py", "x.py")
    ]
    if not (tmp_path / ".git").exists():
        tree(tmp_path, *paths)
        subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("\n".join(lines) + "\n")
    git = subprocess.run(
        ["git", "-C", tmp_path, "ls-files", "-o", "--exclude-standard"],
        capture_output=True,
        text=True,
        check=True,
    )
    kept = [p for p in git.stdout.splitlines() if p.endswith(".py")]
    chosen = user_settings.load([str(tmp_path)], isolated=True, environment={})
    assert names(sources.find([str(tmp_path)], chosen)) == sorted(kept)


def test_patterns_within() -> None:
    assert Patterns(["tests/**"]).within("tests/a/b.py")
    assert Patterns(["tests/"]).within("src/tests/b.py")
    assert not Patterns(["tests/"]).within("src/tests.py")
    assert not Patterns(["*.py", "!keep.py"]).within("keep.py")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"x = 1", "x = 1"),
        ("é".encode(), "é"),
        (b"\xef\xbb\xbfx", "x"),
        ("x = 'é'".encode("utf-16"), "x = 'é'"),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'", "# -*- coding: latin-1 -*-\nx = 'é'"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'", None),
        (b"# coding: utf-8\n'\xc3\xa9'", "# coding: utf-8\n'é'"),
    ],
)
def test_decoding(data: bytes, text: str | None) -> None:
    decoded = decode(data, "a.py", "python")
    assert decoded.problem is None
    assert decoded.data is not None
    assert text is None or decoded.data.decode() == text
    assert text is not None or "€" in decoded.data.decode()


@pytest.mark.parametrize(
    ("data", "reason", "kept"),
    [
        (b"a\nb\0c", "NUL", None),
        (b"ok\nx = '\xe9'", "byte 0xe9", b"ok\nx = '?'"),
        (b"# coding: klingon\n'\xe9'", "klingon", b"# coding: klingon\n'?'"),
        (b"\xff\xfea", "utf-16", None),
    ],
)
def test_bytes_that_are_no_text_are_a_problem(data: bytes, reason: str, kept: bytes | None) -> None:
    decoded = decode(data, "a.py", "python")
    assert decoded.data == kept
    assert decoded.problem is not None
    assert reason in decoded.problem.message
    assert decoded.problem.kind == "decode"


def test_minified_is_judged_by_most_of_the_file() -> None:
    assert minified(b"var a;" * 2000)
    assert not minified(b"var a;\n" * 2000)
    assert not minified(b"let data = '" + b"A" * 6000 + b"'\n" + b"call(data);\n" * 1000)


_PACKED = b"""/******/ (function() { // webpackBootstrap
/******/ \t"use strict";
/******/ \tvar __webpack_modules__ = ({
"""
_CHUNK = b"""(self["webpackChunkshop"] = self["webpackChunkshop"] || []).push([["cart"],{

/***/ "./src/cart.js":
/***/ (function(__unused_webpack_module, __webpack_exports__, __webpack_require__) {
"""
_UMD = b"""(function (root, factory) {
  if (typeof define === 'function' && define.amd) define([], factory);
  else root.shop = factory();
}(this, function () {}));
"""
_JOINED = b"""// ../shop/src/cart.js
var __defProp = Object.defineProperty;
"""
_WRITTEN = b"""import { cart } from "./cart";
export const load = async () => cart(await fetch("/cart"));
"""


@pytest.mark.parametrize("text", [_PACKED, _CHUNK, _UMD, _JOINED])
@pytest.mark.parametrize("folder", ["umd/", "web/__generated/", "src/__generated__/"])
def test_a_folder_of_what_is_built_holds_bundles(text: bytes, folder: str) -> None:
    assert bundled(text, folder + "cart.js")


def test_a_folder_that_is_merely_called_so_holds_sources() -> None:
    assert not bundled(_WRITTEN, "src/umd/cart.js")
    assert not bundled(_WRITTEN + _UMD * 100, "src/cart.js")
    assert not bundled(b'const name = "__webpack_require__";\n' + _WRITTEN, "lib/plugin.js")
    assert not bundled(_UMD, "src/umd.js")


def test_webpack_says_so_wherever_its_bundle_lies() -> None:
    assert bundled(_PACKED, "static/shop.js")
    assert bundled(_CHUNK, "static/cart.js")
