"""Slices: what is cut out of a file, and that it lowers to what the whole file lowers to."""

import re
import textwrap

import pytest

from asynccost.flow import tree
from asynccost.python import lower
from asynccost.python.slices import cut

from .test_python_lower import EVERYTHING


def pieces(source: str) -> list[str]:
    slices = cut(source.encode())
    assert slices is not None
    return [source.encode()[piece.start : piece.end].decode() for piece in slices]


def dump(node: object) -> object:
    """Write everything of a node down, places too, as far as its own function goes."""
    if isinstance(node, list):
        return [dump(item) for item in node]
    if isinstance(node, set):
        return sorted(node)
    if not isinstance(node, tree.Node):
        return node
    names = [name for kind in type(node).__mro__ for name in getattr(kind, "__slots__", ())]
    left_out = ("parent", "scope", "owner", "closure", "index", "methods", "late", "inner")
    return [type(node).__name__, *[(name, dump(getattr(node, name))) for name in names if name not in left_out]]


def around(made: tree.Function) -> tuple[str, str]:
    return made.owner.qualname if made.owner else "", made.scope.qualname if made.scope else ""


@pytest.mark.parametrize(
    "source",
    [
        EVERYTHING.decode(),
        "async def f():\n    await a()\n    await b()",
        "async def f():\r\n    await a()\r\n    await b()\r\n",
        "async def f():\n\tawait a()\n\tawait b()\n",
        """
        import x
        @one
        @two(
            3
        )
        async def f(
            a,
        ) -> None:
            await a()

        # comment further left
            await b()
        class A(B):
            '''Doc.'''
            y = 1
            @dec
            async def m(self):
                for x in y:
                    await x
            class C:
                async def n(self):
                    def inner():
                        async def innermost(): await inner()
                    return [await z for z in inner]
            async def o(self):
                await a; await b
        def outer(p):
            async def g():
                await p
                await p
            return g
        """,
    ],
)
def test_a_slice_lowers_to_what_the_whole_file_lowers_to(source: str) -> None:
    raw = textwrap.dedent(source).encode()
    sliced, whole = lower("a/b.py", raw), lower("a/b.py", raw, whole=True)
    assert not sliced.whole
    assert len(sliced.functions) > 1
    by_place = {(made.start, made.qualname): made for made in whole.functions}
    for made in sliced.functions[1:]:
        same = by_place[made.start, made.qualname]
        assert dump(made) == dump(same)
        assert around(made) == around(same)
    assert sliced.imports == whole.imports


def test_only_what_is_worth_it_is_cut_out() -> None:
    source = textwrap.dedent("""
        async def none(): pass
        async def one():
            await a
        async def loop_after():
            x = await a
            for y in x:
                pass
        def sync():
            for x in y: pass
        async def two():
            await a
            await b
        async def loop():
            for x in y:
                await x
        async def waiting():
            while True:
                await x
        async def comprehension():
            await gather(*[f(x) for x in y])
        """)
    assert [re.findall(r"def (\w+)", piece)[0] for piece in pieces(source)] == [
        "one", "loop_after", "two", "loop", "waiting", "comprehension",
    ]  # fmt: skip


def test_a_file_with_nothing_worth_it_is_empty() -> None:
    made = lower("a.py", b"async def f(): pass\n\nawaiting = 1\n")
    assert (made.whole, made.functions) == (False, [made.top])


@pytest.mark.parametrize(
    "source",
    [
        "async def f():\n    await a\n    x = '''\nlow\n'''\n    await b\n",
        "async def f():\n    await a\n    return \\\n1 + await b\n",
        "async def f():\n    await a\n    await (\n1)\n    await b\n",
        "\ufeffasync def f():\n    await a\n    await b\n",
        "class A:\n    x = '''\nlow\n'''\n    async def f(self):\n        await a\n        await b\n",
        'class A:\n    """\n    async def f():\n        await a\n        await b\n    """\n',
        "if x:\n    async def f():\n        await a\n        await b\n",
        "async def f():\r    await a\r    await b\r",
        "async def f():\n    await a\n    await b = = 1\n",
    ],
)
def test_where_the_text_deceives_the_file_is_parsed_whole(source: str) -> None:
    assert lower("a.py", source.encode()).whole


def test_classes_around_slices_have_names_and_the_methods_that_were_lowered() -> None:
    body = "".join(f"    async def {name}(self):\n        await a\n        await b\n" for name in "fg")
    made = lower("a.py", f"class A(B):\n    def skipped(self): pass\n{body}".encode())
    assert [(owner.qualname, sorted(owner.methods)) for owner in made.classes] == [("A", ["f", "g"])]


@pytest.mark.parametrize(
    "header",
    ["A(B)", "A (  B.c ,D, metaclass = Meta)", "A(\n    B,\n    c.D,\n)", "A()", "A", "A(metaclass=M)"],
)
def test_the_bases_of_a_class_around_slices_are_those_of_the_whole_file(header: str) -> None:
    source = f"class {header}:\n    async def f(self):\n        await a\n        await b\n".encode()
    sliced, whole = lower("a.py", source), lower("a.py", source, whole=True)
    assert not sliced.whole
    assert dump(sliced.classes[0].bases) == dump([b for b in whole.classes[0].bases if b.keyword is None])


@pytest.mark.parametrize("header", ["A(make(B))", "A(B[int])", "A(B, # why\n C)", "A(b.\u00c9)"])
def test_bases_that_are_no_plain_names_are_left_to_a_whole_parse(header: str) -> None:
    source = f"class {header}:\n    async def f(self):\n        await a\n        await b\n".encode()
    assert lower("a.py", source).classes[0].bases == []
