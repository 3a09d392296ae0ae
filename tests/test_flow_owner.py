"""Who owns a handle: what becomes of the value of a call, in both languages."""

import pytest

from asynccost import javascript, python
from asynccost.flow.file import File
from asynccost.flow.life import Life
from asynccost.flow.owner import life_of
from asynccost.knowledge import Knowledge


def life(code: str, path: str = "m.py") -> Life:
    """What becomes of the first `Client(...)` of a source."""
    module = (
        python.lower(path, code.encode(), whole=True) if path.endswith(".py") else javascript.lower(path, code.encode())
    )
    file = File(module, Knowledge())
    site = next(s for s in file.calls if file.text(s.call.callee) == "Client")
    return life_of(file, site.call, site.function, ("close",))


PYTHON = {
    "scoped": "async def f():\n    async with Client() as c:\n        await c.get(1)\n",
    "scoped later": "async def f():\n    c = Client()\n    async with c:\n        await c.get(1)\n",
    "scoped stack": "async def f(stack):\n    c = await stack.enter_async_context(Client())\n    await c.get(1)\n",
    "yielded": "async def f():\n    async with Client() as c:\n        yield c\n",
    "yielded lifespan": "async def f(app):\n    async with Client() as c:\n        app.c = c\n        yield\n",
    "scoped results": "def f():\n    with Client() as c:\n        for x in c.get(1):\n            yield x\n",
    "returned": "def f():\n    return Client()\n",
    "returned by name": "def f():\n    c = Client()\n    c.x = 1\n    return c\n",
    "returned inside": "def f():\n    return Service(Client())\n",
    "kept self": "class A:\n    def f(self):\n        self.c = Client()\n",
    "kept by name": "class A:\n    def f(self):\n        c = Client()\n        self.c = c\n",
    "kept global": "def f():\n    global c\n    c = Client()\n",
    "kept collection": "def f(key):\n    clients[key] = Client()\n",
    "kept appended": "def f():\n    clients.append(Client())\n",
    "fallback or": "def f(c=None):\n    c = c or Client()\n    c.get(1)\n",
    "fallback if": "def f(c=None):\n    if c is None:\n        c = Client()\n    c.get(1)\n",
    "default": "def f(c=Client()):\n    c.get(1)\n",
    "local": "def f():\n    c = Client()\n    return c.get(1)\n",
    "temporary": "def f():\n    return Client().get(1)\n",
    "dropped": "def f():\n    Client()\n",
}


@pytest.mark.parametrize("case", PYTHON)
def test_the_owner_of_a_handle_in_python(case: str) -> None:
    """Every way in which a value is kept, lent, closed or thrown away."""
    assert life(PYTHON[case]).kind == case.split()[0]


JAVASCRIPT = {
    "returned": "export function f() { return new Client() }",
    "returned object": "export function f() { const c = new Client(); return { c } }",
    "kept field": "class A { c = new Client() }",
    "kept this": "class A { constructor() { this.c = new Client() } }",
    "kept lazily": "let c; export function f() { c ??= new Client(); return c.get(1) }",
    "kept map": "export function f(k) { const c = new Client(); clients.set(k, c); return c.get(1) }",
    "fallback": "export function f(o) { const c = o ?? new Client(); return c.get(1) }",
    "local": "export async function f() { const c = new Client(); return await c.get(1) }",
    "local chained": "export async function f() { const c = await new Client().connect(); return await c.get(1) }",
    "temporary": "export async function f() { return await new Client().get(1) }",
}


@pytest.mark.parametrize("case", JAVASCRIPT)
def test_the_owner_of_a_handle_in_javascript(case: str) -> None:
    """The same questions, the same answers."""
    assert life(JAVASCRIPT[case], "m.ts").kind == case.split()[0]


def test_a_close_is_seen_through_a_copy_and_a_closure() -> None:
    """`d = c; d.close()`, and functions written inside that hold the client."""
    assert life("def f():\n    c = Client()\n    d = c\n    d.close()\n").closed
    captured = life("def f():\n    c = Client()\n    def g():\n        c.close()\n    return 1\n")
    assert captured.closed
    assert [g.name for g in captured.captured] == ["g"]


def test_a_name_that_two_with_blocks_share_belongs_to_each() -> None:
    """Reads of the second block are not reads of the first."""
    code = (
        "async def f():\n    async with Client() as c:\n        c.a()\n    async with Client() as c:\n        c.b()\n"
    )
    assert len(life(code).reads) == 1


def test_names_assigned_to_each_other_are_each_followed_once() -> None:
    """Following every way through them took minutes for a file of fourteen such names."""
    names = [f"n{i}" for i in range(40)]
    mesh = "".join(f"    if x:\n        {a} = {b}\n" for a in names for b in names if a != b)
    assert life(f"def f(x):\n    n0 = Client()\n{mesh}    return n39\n").kind == "returned"
