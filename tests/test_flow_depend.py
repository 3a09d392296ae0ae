"""Whether awaits may run together and turns are independent: the reasons that `explain` shows."""

import pytest

from asynccost.flow.file import File
from asynccost.flow.loops.depend import runs, together
from asynccost.flow.loops.turns import turns
from asynccost.flow.touches import touches
from asynccost.javascript import lower as lower_javascript
from asynccost.knowledge import Knowledge
from asynccost.model import Silence
from asynccost.python import lower as lower_python
from tests.fixtures import scan

HEAD = "import httpx\nasync def run(xs, client: httpx.AsyncClient, out, page):\n"


def python(body: str, head: str = HEAD) -> File:
    text = head + "".join(f"    {line}\n" for line in body.splitlines())
    return File(lower_python("src/code.py", text.encode(), whole=True), Knowledge())


def javascript(body: str) -> File:
    text = "export async function run(xs, out, page) {\n" + body + "\n}\n"
    return File(lower_javascript("src/code.ts", text.encode()), Knowledge())


def reason(file: File) -> str:
    """What speaks against the last loop of `run`; empty where nothing does."""
    function = next(f for f in file.functions if f.name == "run")
    assert function.index is not None
    return turns(function.index.loops[-1], file, function).reason


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("for x in xs:\n    await client.get(x)", ""),
        ("while xs:\n    await client.get(xs.pop())", "ends by a condition"),
        (
            "for x in xs:\n    if (await client.get(x)).is_success:\n        break",
            "end the loop early (break in line 5)",
        ),
        ("for x in xs:\n    return await client.get(x)", "end the loop early (return"),
        ("for x in xs:\n    yield await client.get(x)", "hands a value to its consumer"),
        ("for x in xs:\n    out = await client.post(x, json=out)", "`out` carries"),
        ("for x in xs:\n    out.append(await client.post(x, json=out))", "`out` carries"),
        ("for x in xs:\n    out.append(await client.get(x))", ""),
        ("for x in xs:\n    out += (await client.get(x)).content", ""),
        ("for x in xs:\n    await page.goto(x)", "drives the same stateful thing (page.goto)"),
        ("for x in xs:\n    await out.send(x)", "messages that are seen in their order"),
        ("for x in xs:\n    await client.get('/ping')", "every turn awaits the same thing"),
        ("for x in range(0, 9, 3):\n    await client.get(x)", "takes a chunk"),
        ("for task in xs:\n    await task", "runs already"),
        ("# the limit is one at a time\nfor x in xs:\n    await client.get(x)", "a comment says so"),
        ("async with out.lock:\n    for x in xs:\n        await client.get(x)", "while out.lock is held"),
        ("[await client.get(x) for x in xs]", ""),
    ],
)
def test_python_turns(body: str, said: str) -> None:
    found = reason(python(body))
    assert said in found if said else found == ""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("for (const x of xs) { out.push(await fetch(x)); }", ""),
        ("for (let i = 0; i < xs.length; i++) { out.push(await fetch(xs[i])); }", ""),
        ("for (let i = 0; i < xs.length; i += 5) { await fetch(xs[i]); }", "no plain index"),
        ("for await (const x of xs) { await fetch(x); }", "takes items as they come"),
        ("for (const x of xs) { if ((await fetch(x)).ok) return x; }", "end the loop early (return"),
        (
            "outer: for (const y of xs) { for (const x of xs) { if (await fetch(x + y)) continue outer; } }",
            "continue outside",
        ),
        ("for (const x of xs) { switch (x) { case 1: await fetch(x); break; } }", ""),
        ("for (const x of xs) { out = await (await fetch(x, { body: out })).text(); }", "`out` carries"),
        ("for (const x of xs) { out = [...out, await fetch(x)]; }", ""),
        ("for (const x of xs) { await page.goto(x); }", "drives the same stateful thing"),
        ("for (const x of xs) { await Promise.all([fetch(x)]); }", "runs its work together"),
        ("for (const x of xs) { if (!x) throw new Error(x); await fetch(x); }", ""),
    ],
)
def test_javascript_turns(body: str, said: str) -> None:
    found = reason(javascript(body))
    assert said in found if said else found == ""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("a = await client.get('/a')\nb = await client.get('/b')", ""),
        ("a = await client.get('/a')\nb = await client.get(a.url)", "client.get() uses `a`"),
        ("a = await client.get('/a')\na = await client.get('/b')", "both set `a`"),
        ("out.a = await client.get('/a')\nb = await client.post('/b', out)", "uses `out.a`"),
    ],
)
def test_steps(body: str, said: str) -> None:
    file = python(body)
    function = next(f for f in file.functions if f.name == "run")
    first, second = next(iter(runs(function, file)))
    found = together(first, second)
    assert said in found if said else found == ""


def test_what_feeds_only_itself_is_no_read() -> None:
    function = python("total += 1\nseen = [*seen, 1]\nlast = total").functions[-1]
    said = touches(list(function.body))
    assert "seen" not in {k for k, places in said.reads.items() if places}
    assert said.reads["total"]


def seed(text: str) -> list[str]:
    findings, silences = scan({"seed.js": text.encode()})
    assert not [f for f in findings if f.rule == "await-in-loop"]
    return [s.reason for s in silences if isinstance(s, Silence) and s.rule == "await-in-loop"]


def test_the_seeds_first_success_loop_names_its_exit_and_the_other_its_page() -> None:
    """Block 3 of the seed, as fixtures/await_in_loop/ok.seed.js completes it."""
    tries = """async function shot(commands, name) {
  for (const cmd of commands) { try { await execAsync(cmd); if (exists(name)) return name; } catch (e) { continue; } }
}"""
    routes = """async function visit(page, routes) {
  for (const route of routes) { const r = await page.goto(route); results.push({ route, status: r.status() }); }
}"""
    assert "return in line 2" in seed(tries)[0]
    assert "page.goto" in seed(routes)[0]
