"""How often a function runs, over files: entries, loops, chains of callers, and what cools them."""

from functools import partial

from asynccost import python
from asynccost.engine.lowering import Again
from asynccost.engine.seen import LateRow, Seen
from asynccost.flow.facts.scripts import TextRow
from asynccost.flow.linked.heat import Heat
from asynccost.flow.linked.project import Project
from asynccost.javascript.text import Text
from asynccost.knowledge import Knowledge


def heat(function: str, **files: str) -> Heat:
    """The heat of a function of the first file; `a_py` names the file a.py, `src_x_ts` src/x.ts."""
    seen = [_seen(name, code.encode()) for name, code in files.items()]
    project = Project(
        Knowledge(),
        [one.asked for one in seen if one.asked is not None],
        scripts=[one.script for one in seen if one.script is not None],
    )
    made = project.names.named_in(seen[0].path, function)
    assert made is not None
    return project.heats.of(made)


def _seen(name: str, source: bytes) -> Seen:
    """A file that can be asked, as the first pass leaves one in which no rule finds anything."""
    stem, _, suffix = name.rpartition("_")
    path, knowledge = f"{stem.replace('__', '/')}.{suffix}", Knowledge()
    if suffix == "py":
        imports = sorted(python.imported_names(path, source))
        seen = Seen(path, late=LateRow(whole=True, rules={}), imports=imports)
    else:
        text = Text(path, source, knowledge)
        seen = Seen(path, text=TextRow(imports=text.modules, drops=text.drops, rules={}))
    Again(lambda: knowledge).ask(seen, partial(bytes, source))
    return seen


FETCH = "async def fetch(u):\n    return u\n"


def test_a_handler_is_hot_and_so_is_what_it_calls() -> None:
    """Across files, with the chain of callers."""
    found = heat(
        "fetch",
        a_py=FETCH,
        b_py="from a import fetch\nasync def load(u):\n    return await fetch(u)\n",
        c_py="from b import load\n@app.get('/x')\nasync def x(u):\n    return await load(u)\n",
    )
    assert (found.hot, found.kind, len(found.chain)) == (True, "handler", 2)


def test_a_loop_is_hot_even_in_main() -> None:
    """A crawler's main loop calls often."""
    found = heat("fetch", a_py=FETCH + "async def main():\n    for u in us:\n        await fetch(u)\n")
    assert (found.hot, found.kind) == (True, "loop")


def test_tries_are_no_loop() -> None:
    """`for attempt in range(3)` sends one request, as a rule."""
    found = heat("fetch", a_py=FETCH + "async def main():\n    for attempt in range(3):\n        await fetch(1)\n")
    assert found.hot is False


def test_what_only_runs_once_is_cold() -> None:
    """main(), a cached result, a lazily filled attribute."""
    assert heat("fetch", a_py=FETCH + "async def main():\n    await fetch(1)\n").hot is False
    assert heat("fetch", a_py="@lru_cache\ndef fetch(u):\n    return u\n").kind == "cached"
    body = "        if not self.x:\n            self.x = await fetch(1)\n"
    lazy = "class A:\n    @app.get('/')\n    async def f(self):\n" + body
    assert heat("fetch", a_py=FETCH + lazy).hot is False


def test_a_fresh_event_loop_cools() -> None:
    """asyncio.run() in a job: every call has a loop of its own."""
    found = heat("fetch", a_py=FETCH + "import asyncio\n@app.task\ndef job(u):\n    asyncio.run(fetch(u))\n")
    assert (found.hot, found.kind) == (False, "fresh")


def test_what_only_tests_call_is_unknown() -> None:
    """A library's function is not part of a test because one calls it."""
    found = heat("fetch", a_py=FETCH, tests__test_a_py="from a import fetch\nasync def test_x():\n    await fetch(1)\n")
    assert (found.hot, found.kind) == (None, "unknown")


def test_a_table_of_functions_is_followed() -> None:
    """`for engine in (one, two): await engine(q)` in a handler."""
    code = FETCH + "@app.get('/')\nasync def x(q):\n    for engine in (fetch, other):\n        await engine(q)\n"
    assert heat("fetch", a_py=code).kind == "handler"


def test_a_command_line_is_not_a_bot() -> None:
    """The same decorator name of two worlds."""
    assert heat("f", a_py="import click\n@click.command()\ndef f():\n    pass\n").hot is False
    assert heat("f", a_py="from discord.ext import commands\n@commands.command()\nasync def f(ctx):\n    pass\n").hot


def test_javascript_entries() -> None:
    """Routes of Express and Next.js, registration in another file, closures that run for every item."""
    assert heat("GET", app__api__x__route_ts="export async function GET(r: Request) { return r }").kind == "handler"
    routed = heat(
        "show",
        a_ts="export async function show(req, res) { res.send(1) }",
        b_ts='import { show } from "./a"\nrouter.get("/x", show)\n',
    )
    assert routed.kind == "handler"
    each = "async function load(x) { return x }\nexport function all(xs) { return xs.map(async (x) => load(x)) }"
    assert heat("load", a_ts=each).kind == "loop"
