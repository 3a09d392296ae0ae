"""Bodies that wait: what their text says, and that nobody notices whether they were lowered."""

import pytest

from asynccost import javascript, python
from asynccost.engine import firstpass
from asynccost.engine.concerns import found_in
from asynccost.flow.attributes import may_assign, may_change
from asynccost.flow.facts.asked import Asked
from asynccost.flow.facts.outline import filled, outline_of
from asynccost.flow.file import File
from asynccost.flow.linked.importers import Imports
from asynccost.flow.linked.linking import Names
from asynccost.flow.mentions import places, speaks_of
from asynccost.flow.tree import Function
from asynccost.knowledge import Knowledge
from asynccost.python import grammar
from asynccost.python.shapes import ANY, Shape, shape
from tests.fixtures import Fixture, fixtures
from tests.small_project import PYTHON
from tests.whole_facts import facts_of


def file(source: str, path: str = "a.py") -> File:
    return File(python.lower(path, source.encode(), whole=True), Knowledge())


def body(source: str) -> tuple[bytes, Function]:
    made = file(source).module
    return made.source, made.outer[1]


def test_a_body_waits_until_something_of_it_is_asked_for() -> None:
    """Then it is there, with what is written in it."""
    made = file("def f(a=g()):\n    def inner(): pass\n    return a\n").module.outer[1]
    assert made.asleep
    assert made.params[0].name == "a"
    assert made.asleep
    assert made.index is not None
    assert [r.value.id for r in made.index.returns] == ["a"]  # type: ignore[union-attr]
    assert ([f.name for f in made.inner], made.asleep) == (["inner"], False)


@pytest.mark.parametrize("source", ["def f():\n    import os\n", "def f():\n    global x\n    x = 1\n"])
def test_a_body_that_tells_the_module_something_does_not_wait(source: str) -> None:
    """What it imports or declares global holds for others."""
    assert not any(f.asleep for f in file(source).module.outer)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("    await a()\n    await b()\n", (True, False)),
        ("    x = await a()\n    # between\n\n    pass\n    y = (\n        await b()\n    )\n", (True, False)),
        ("    if x:\n        await a()\n    await b()\n", (False, False)),
        ("    await a()\n    x = 1\n    await b()\n", (False, False)),
        ("    return await a()\n", (False, False)),
        ("    for x in y:\n        if x:\n            await a()\n", (False, True)),
        ("    while x:\n        async with a():\n            pass\n", (False, True)),
        ("    x = [\n        await a(y)\n        for y in z\n    ]\n", (False, True)),
        ("    for x in y:\n        pass\n    await a()\n", (False, False)),
        ('    """await a()\n    await b()"""\n    await c()\n', (False, False)),
        ("    await a('(')\n    await b()\n", (True, False)),
        ("    await a(); await b()\n", ANY),
        ("    await a(\n", (False, False)),
        ("    await a()\n    x = await b(\n", ANY),
        ("    await a() \\\n        .b\n    await c()\n", ANY),
        ("    for x in y:\n        print(f'{await a()}')\n", ANY),
    ],
)
def test_what_a_text_shows(source: str, said: tuple[bool, bool]) -> None:
    """Where it does not show for certain, both count as present."""
    assert shape(b"async def f():\n" + source.encode()) == Shape(*said)


@pytest.mark.parametrize(
    ("code", "assigns", "changes"),
    [
        ("self.x = 1", True, True),
        ("self.x += 1", True, True),
        ("self.x: int = 1", True, True),
        ("self.x, y = 1, 2", True, True),
        ("y, self.x = 1, 2", True, True),
        ("(\n        self.x,\n        y,\n    ) = 1, 2", True, True),
        ("y = self.x, z = 1, 2", True, True),
        ("z[0].y, [self.x, *y] = 1, 2", True, True),
        ("self.x, \\\n    y = 1, 2", True, True),
        ("self.x: int", True, True),
        ("if y: self.x = 1", True, True),
        ("with y as self.x: pass", True, True),
        ("with y as (self.x, z): pass", True, True),
        ("for self.x in y: pass", False, True),  # what it takes is no one expression
        ("del self.x", False, True),
        ("self.x.append(1)", False, True),
        ("self.x.get(1)", False, False),
        ("self.xy = 1", False, False),
        ("return self.x", False, False),
        ("if self.x == 1: pass", False, False),
        ("if self.x: pass", False, False),
        ("f(self.x, y=1)", False, True),
        ("f(\n        self.x,\n        y=1,\n    )\n    z = 1", False, True),
        ("f(y, self.x)\n    z = 1", False, True),
    ],
)
def test_what_may_change_an_attribute(code: str, assigns: bool, changes: bool) -> None:
    """By the text around its name."""
    source, made = body(f"def f(self):\n    {code}\n")
    assert (may_assign(source, made, "x"), may_change(source, made, "x")) == (assigns, changes)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import httpx\ndef f():\n    httpx.get()\ndef g():\n    pass\n", ["f"]),
        ("from httpx import get as fetch\ndef f():\n    fetch()\ndef g():\n    pass\n", ["f"]),
        ('"""Uses httpx."""\nX = "an httpx call"  # httpx\ndef f():\n    httpx.get()\ndef g():\n    pass\n', ["f"]),
        ('import httpx\nX: "httpx.get"\ndef f():\n    pass\ndef g():\n    pass\n', ["f", "g"]),
        ('def f():\n    """By httpx."""\n    pass  # httpx\ndef g():\n    return f"{[httpx]} and so on"\n', ["g"]),
        ("def f():\n    import httpx\n    httpx.get()\ndef g():\n    pass\n", ["f"]),
        ("def f():\n    global get\n    get = httpx.get\ndef g():\n    pass\n", ["f", "g"]),
        ("import httpx\nclient = httpx.Client()\ndef f():\n    client.get()\n", ["f"]),
        ("class A:\n    def f(self):\n        self.c = httpx.Client()\n    def g(self):\n        self.c.get()\n"
         "def h():\n    pass\n", ["f", "g"]),
        ("class A:\n    def f(self):\n        self.c, self.d = httpx.Client(), 1\n"
         "    def g(self):\n        self.e = self.c.get\n    def h(self):\n        self.e()\n"
         "    def i(self):\n        self.other()\n", ["f", "g", "h"]),
        ("class A:\n    def f(self):\n        httpx.get(self.c, x=1)\n    def g(self):\n        self.c.get()\n", ["f"]),
        ("class A:\n    def f(self):\n        self.c = httpx.Client()\n"
         "class B:\n    def g(self):\n        self.c()\n", ["f"]),
        ("from httpx import (\n    get,\n)\ndef f():\n    pass\n", []),
    ],
)  # fmt: skip
def test_who_may_speak_of_a_name(source: str, said: list[str]) -> None:
    """By its words, by what the file calls it, by what the module or the class keeps."""
    made = file(source)
    speaks = speaks_of(made, ["httpx.get", "httpx.Client"])
    assert [f.name for f in made.module.outer[1:] if speaks(f)] == said


@pytest.mark.parametrize(
    ("source", "names", "said"),
    [
        ("import azure.storage.blob as b\ndef f():\n    b.BlobServiceClient()\n", ["azure.*Client"], ["f"]),
        ("import anthropic\ndef f():\n    anthropic.AnthropicBedrock()\n", ["anthropic.Anthropic*"], ["f"]),
        ("import os\ndef f():\n    connect()\n", [*"uvwxyz", "MySQLdb.connect().*"], []),
        ("from MySQLdb import connect as c\ndef f():\n    c()\n", [*"uvwxyz", "MySQLdb.connect().*"], ["f"]),
    ],
)
def test_a_name_with_stars_asks_for_its_whole_words(source: str, names: list[str], said: list[str]) -> None:
    """And of many names only those count whose every word the file holds."""
    made = file(source)
    speaks = speaks_of(made, names)
    assert [f.name for f in made.module.outer[1:] if speaks(f)] == said


def test_the_keyword_async_speaks_of_no_name() -> None:
    """`asyncio.async` is what `ensure_future` was called once."""
    made = file("import asyncio\nasync def f():\n    async with g():\n        pass\ndef h():\n    asyncio.async(f())\n")
    speaks = speaks_of(made, ["asyncio.async"])
    assert [f.name for f in made.module.outer[1:] if speaks(f)] == ["h"]


def asked(path: str, source: str) -> Asked:
    name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    imports = sorted(python.imported_names(path, source.encode()))
    return Asked(path, name, imports, {}, source.encode, lambda text: file(text.decode(), path), Knowledge)


@pytest.mark.parametrize("path", PYTHON)
def test_facts_are_the_same_when_they_are_asked_for_one_by_one(path: str) -> None:
    """In any order: from the last function to the first."""
    from textwrap import dedent

    source = dedent(PYTHON[path])
    whole, late = facts_of(file(source, path)), asked(path, source)
    for one in reversed(whole["functions"]):
        said = late.named(one["qualname"])
        assert said is not None
        assert {key: said[key] for key in one} == one  # type: ignore[literal-required]
    assert late.facts["handed"] == whole["handed"]
    assert {c: late.facts["classes"].get(c) for c in whole["classes"]} == whole["classes"]


SCRIPTS = [f for f in fixtures() if f.name.endswith((".ts", ".tsx", ".js", ".vue"))]


@pytest.mark.parametrize("fixture", SCRIPTS, ids=lambda f: f.name)
def test_what_an_outline_leaves_out_is_the_same_when_it_is_asked_for(fixture: Fixture) -> None:
    """Of the functions last to first, and of their calls one key at a time."""
    for path, source in fixture.files.items():
        made = File(javascript.lower(path, source), Knowledge())
        whole, late = facts_of(made), filled(path, outline_of(made), lambda made=made: made)  # type: ignore[misc]
        for one, said in zip(reversed(whole["functions"]), reversed(late["functions"]), strict=True):
            calls = one["calls"]
            assert [{key: call[key] for key in calls[0]} for call in said["calls"]] == calls  # type: ignore[literal-required]
            assert {key: said[key] for key in one if key != "calls"} == {k: one[k] for k in one if k != "calls"}  # type: ignore[literal-required]
        assert {**late, "functions": []} == {**whole, "functions": []}


def test_methods_are_known_by_their_class_though_their_bodies_do_not_name_it() -> None:
    """Whether a base class closes what its heirs keep is asked so."""
    source = "class Base:\n    def close(self): pass\ndef f():\n    class Base:\n        def stop(self): pass\n"
    assert sorted(asked("a.py", source).methods("Base")) == ["close", "stop"]


def test_what_a_name_stands_for_does_not_hang_on_who_asks_first() -> None:
    """A long chain comes to the attribute last, at the depth at which it gives up."""
    chain = "".join(f".m{at}()" for at in range(5))
    source = (
        "import httpx\nclass A:\n    def __init__(self):\n        made = httpx.Client()\n        self.c = made\n"
        f"    def f(self):\n        self.c{chain}\n        self.c.get()\n"
    )
    made = file(source)
    function = next(f for f in made.functions if f.name == "f")
    assert made.calls_of(function)[0].name == "httpx.Client().m0().m1().m2().m3().m4"
    assert made.calls_of(function)[-1].name == "httpx.Client().get"


def test_who_can_come_to_a_function() -> None:
    """Through a re-export, an alias, a class that inherits; not merely because it imports what imports it."""
    sources = {
        "lib/base.py": "class Base:\n    def run(self): pass\ndef tool(): pass\n",
        "lib/__init__.py": "from lib.base import tool as handy\n",
        "lib/derived.py": "from lib.base import Base\nclass Derived(Base): pass\n",
        "user.py": "from lib.derived import Derived\nDerived().run()\n",
        "other.py": "from lib import handy\nhandy()\n",
        "plain.py": "import lib.base\n",
        "far.py": "import plain\n",
    }
    files = [asked(path, source) for path, source in sources.items()]
    graph = Imports(Names(files), files)
    always = {"lib/__init__.py", "lib/base.py", "lib/derived.py", "plain.py"}
    assert set(graph.reaching("lib/base.py", "Base")) == {*always, "user.py"}
    assert set(graph.reaching("lib/base.py", "tool")) == {*always, "other.py", "user.py"}  # which imports from lib


@pytest.mark.parametrize("word", ["", "A", "né", "a.b", "AAA"])
def test_a_word_is_found_by_itself_and_the_empty_one_nowhere(word: str) -> None:
    """A nameless class has the empty word for a name: looking for it had no end. However often one asks, it is so."""
    one = asked("a.py", "class A:\n    né = 1\n\nAA = A()\nprint(a.b)\n")

    assert [one.holds(word) for _ in range(40)] == [word in ("A", "né", "a.b")] * 40
    assert list(places(one.source, b"A")) == [6, 27]


def test_a_body_whose_tree_is_gone_is_the_same_parsed_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken file is parsed whole again."""
    sources = {p: s for f in fixtures() for p, s in f.files.items() if p.endswith(".py")}
    sources["broken.py"] = b"def f(:\n    await g()\n\n\nasync def h():\n    await k()\n    await k()\n"
    whole = {path: facts_of(File(python.lower(path, source), Knowledge())) for path, source in sources.items()}
    made = {path: File(python.lower(path, source), Knowledge()) for path, source in sources.items()}
    bodies = sum(f.asleep for file in made.values() for f in file.module.outer)
    monkeypatch.setattr(grammar, "_latest", {})
    asked, parse = list[int](), grammar.parse
    monkeypatch.setattr(grammar, "parse", lambda source, ranges=(): asked.append(len(ranges)) or parse(source, ranges))
    monkeypatch.setattr(grammar, "KEPT", 0)
    for turn in range(2):  # every second function first, so that others' trees take the place of each
        for file in made.values():
            for function in file.module.outer[turn::2]:
                function.wake()
    assert {path: facts_of(file) for path, file in made.items()} == whole
    assert bodies > len(asked) - asked.count(0) > bodies * 0.8


@pytest.mark.parametrize("folder", ["", "tests/"])
def test_what_is_found_does_not_hang_on_whether_somebody_asks_for_silences(folder: str) -> None:
    """A scan leaves out what is only silent; `explain` asks for it."""
    knowledge, silent = Knowledge(), 0
    for path, source in ((f"{folder}{p}", s) for f in SCRIPTS for p, s in f.files.items()):
        found = found_in("javascript", source, knowledge)
        told = firstpass.look_with(found, path, "javascript", source, knowledge, explained=True)
        plain = firstpass.look_with(found, path, "javascript", source, knowledge)
        assert (plain.findings, plain.problems) == (told.findings, told.problems)
        assert plain.silences == []
        silent += len(told.silences)
    assert silent > 50
