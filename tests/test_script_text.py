"""What is told of a script by its text alone: it may say too much, but never nothing where something is."""

import pytest

from asynccost import javascript
from asynccost.engine.concerns import found_in
from asynccost.flow.file import File
from asynccost.javascript.text import Text
from asynccost.knowledge import Knowledge
from asynccost.model import Finding
from asynccost.rulebook import load
from tests.fixtures import Fixture, fixtures

SCRIPTS = [f for f in fixtures() if f.name.endswith((".ts", ".tsx", ".js", ".jsx", ".mjs", ".vue", ".svelte"))]


def text(source: str, path: str = "src/a.ts") -> Text:
    return Text(path, source.encode(), Knowledge())


@pytest.mark.parametrize("fixture", SCRIPTS, ids=lambda f: f.name)
def test_no_rule_finds_anything_where_its_text_says_that_there_is_nothing(fixture: Fixture) -> None:
    """The check itself is asked wherever `worth` says no."""
    knowledge = Knowledge()
    for path, source in fixture.files.items():
        found = found_in("javascript", source, knowledge)
        for rule in [load()[name] for name in found.rules] if found else ():
            worth = rule.hook("javascript", "worth")
            if worth is None or worth(Text(path, source, knowledge)):
                continue
            file = File(javascript.lower(path, source, tokens=found), knowledge, explained=False)
            said = [one for one in rule.module("javascript").check(file) if isinstance(one, Finding)]
            assert said == [], f"{rule.name} is not shown {path}"


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("import a from './b'\nimport './c.js'", ["src/b", "src/c"]),
        ("const fs = require('node:fs')\nexport * from '../d'", ["d", "fs"]),
        ("const m = await import(/* chunk */ `./lazy`)\nimport x = require('y')", ["src/lazy", "y"]),
    ],
)
def test_modules_are_named_as_the_front_end_names_them(source: str, modules: list[str]) -> None:
    assert text(source).modules == modules


@pytest.mark.parametrize(
    "source",
    [
        "run();",
        "if (x) a.b.run()",
        "x && this.run(1)",
        "else run()",
        "get()\n  .run<T>(x)",
        "import { run as go } from './b'\ngo()",
        "const { run: go } = require('b')\ngo()",
        "this.go = run\nthis.go()",
        "const go = api.run;\nx ? go() : stop()",
    ],
)
def test_a_call_that_is_a_statement_is_told_by_whatever_name_it_is_made(source: str) -> None:
    assert "run" in text(source).drops


@pytest.mark.parametrize("source", ["await run()", "return run()", "const x = run()", "x => run()", "a = b(c, run())"])
def test_a_call_whose_answer_is_taken_is_no_statement(source: str) -> None:
    assert "run" not in text(source).drops


def test_what_is_imported_as_the_default_may_be_any_name() -> None:
    assert "default" in text("import go from './b'\ngo()").drops
    assert "default" not in text("import go from './b'\nawait go()").drops


@pytest.mark.parametrize(
    "source",
    [
        "async function f() {}",
        "const f = async () => 1",
        "const f: Handler<{a: string}> = async function () {}",
        "class A { async f() {}; static g = 1 }",
        "class A { private f = async (x) => x }",
        "exports.f = (async () => 1)",
        "const o = { f: async () => 1 }",
        "class A { async #f() {} }",
    ],
)
def test_async_functions_are_told_by_their_names(source: str) -> None:
    assert "f" in text(source).async_names


@pytest.mark.parametrize(
    ("body", "neighbours", "loops"),
    [
        ("await a(); await b();", True, False),
        ("const x = await a(); const y = await b();", True, False),
        ("const x = await a(); const y = await b(x);", False, False),
        ("const { x } = await a(); const y = await b(() => x);", True, False),
        ("const { x = 1 } = await a(); const y = await b(x);", True, False),
        ("await a(); // between\n; await b();", True, False),
        ("await a(); f(); await b();", False, False),
        ("if (x) { await a(); } await b();", False, False),
        ("{ await a(); } await b();", True, False),
        ("const x = await a(), y = await b();", True, False),
        ("const x = (await a()).data!; y = await b() as T;", True, False),
        ("const x = f(await a()); await b();", False, False),
        ("return await a(); await b();", False, False),
        ("const x = await a.b<T>(c).d(); await b();", True, False),
        ("for (const x of y) { await a(x); }", False, True),
        ("for (const x of await y()) { f(x); }", False, False),
        ("while (await a()) {}", False, True),
        ("for (const x of y) { z.push(async () => { await a(x); }); }", False, False),
        ("do { if (x) await a(); } while (b)", False, True),
    ],
)
def test_the_shape_of_a_script_is_told_by_its_syntax(body: str, neighbours: bool, loops: bool) -> None:
    assert text(f"async function f() {{ {body} }}").shape == (neighbours, loops)


def test_a_broken_script_may_hold_anything() -> None:
    assert text("async function f( { await").shape == (True, True)
