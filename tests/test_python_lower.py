"""The Python front end: what each construct becomes in the flow tree, and that nothing makes it fail."""

import random
import textwrap
import types
from collections.abc import Iterator

import pytest

from asynccost.flow import tree
from asynccost.flow.module import Module
from asynccost.python import lower

EVERYTHING = b'''
import os.path, json as j
from . import near
from ..far import (one as uno, two,)  # comment
@dec(1)
async def f(a, b: int = 3, *args: str, c=4, **kw) -> list[int]:
    """doc"""
    x, *y = 1, *z
    a = b = await c
    if (n := 10) > 3 and not x: pass
    elif y: ...
    else: z
    async for i, (k, l) in x: break
    else: continue
    while True: return
    try: pass
    except (A, B) as e: raise X from e
    except* Z: raise
    else: pass
    finally: pass
    async with a as m, o() as (d, e): pass
    match a, b:
        case A.B(1, p=q) | [r, *s] if t: pass
        case {"k": -1, **rest} as u: pass
        case _: pass
    del a, b[1:2, ::3]
    assert a, b
    return f"{a!r:>{w}}" "b", {**a, "k": [v async for v in w if v]}, lambda g, *h: (yield g)
class C(Base[int], metaclass=M):
    x: int = 3
    @property
    def p(self): return self.x
    class D:
        async def m(self): await super().m(*a, k=1, **b)
'''


def module(source: str, path: str = "pkg/mod.py") -> Module:
    return lower(path, textwrap.dedent(source).encode(), whole=True)


def first(source: str) -> tree.Stmt:
    return module(source).top.body[0]


def value(source: str) -> tree.Expr:
    statement = first(source)
    assert isinstance(statement, tree.Do)
    return statement.value


def brief(node: object) -> object:
    """Say what a node is without places: names as they are, the rest as lists with the kind first."""
    if isinstance(node, tree.Name):
        return node.id
    if isinstance(node, tree.Constant):
        return repr(node.value)
    if isinstance(node, list):
        return [brief(item) for item in node]
    if isinstance(node, tree.Function | tree.Class):
        return node.qualname
    if isinstance(node, tree.Node):
        names = [name for kind in type(node).__mro__[-3::-1] for name in getattr(kind, "__slots__", ())]
        parts = [brief(getattr(node, name)) for name in names]
        return [type(node).__name__, *[part for part in parts if part not in (None, [], "", False, 0)]]
    return node


def nodes(node: object) -> Iterator[tree.Node]:
    """Walk everything below a node of one function or class, not into functions it refers to."""
    for name in [name for kind in type(node).__mro__ for name in getattr(kind, "__slots__", ())]:
        held = getattr(node, name)
        for child in held if isinstance(held, list) else [held]:
            if isinstance(child, tree.Node) and name not in ("parent", "scope", "owner", "closure"):
                yield child
                if not isinstance(child, tree.Function | tree.Class):
                    yield from nodes(child)


@pytest.mark.parametrize(
    ("source", "shape"),
    [
        ("a.b.c", ["Member", ["Member", "a", "b"], "c"]),
        ("(a\n  # why\n  .b)", ["Member", "a", "b"]),
        ("f(a, *b, c=1, **d)", [
            "Call", "f", [["Argument", "a"], ["Argument", "b", 1], ["Argument", "1", "c"], ["Argument", "d", 2]],
        ]),
        ("f(x for x in y)", ["Call", "f", [["Argument", ["Comprehension", "generator", "x", [["Clause", "x", "y"]]]]]]),
        ("a[1]", ["Subscript", "a", "1"]),
        ("a[1,]", ["Subscript", "a", ["Collection", "tuple", ["1"]]]),
        ("a[b, 1:2]", ["Subscript", "a", ["Collection", "tuple", ["b", ["Other", "slice", ["1", "2"]]]]]),
        ("a + b + c - d", ["Other", "-", [["Other", "+", ["a", "b", "c"]], "d"]]),
        ("a or b or c", ["Choice", ["a", "b", "c"], "or"]),
        ("a if t else b", ["Choice", "t", ["a", "b"], "?:"]),
        ("a < b not in c", ["Other", "< not in", ["a", "b", "c"]]),
        ("not -a", ["Other", "not", [["Other", "-", ["a"]]]]),
        ("-1", "-1"),
        ("0x1F", "31"),
        ("1_000", "1000"),
        ("1e3", "1000.0"),
        ("3j", ["Other", "number"]),
        ("...", ["Other", "..."]),
        ("'a' \"b\\n\" rb'\\x'", repr("ab\n\\x")),
        ("'''it's'''", repr("it's")),
        ("''", "''"),
        ("'\\ud800\\x41\\N{BULLET}\\q'", repr("\ufffdA\u2022\\q")),
        ("f'{{a}}'", repr("{a}")),
        ("f'{a}b{c!r:>{d}}' 'e'", ["Other", "template", ["a", "c", "d"]]),
        ("{**a, 'b': c}", ["Collection", "dict", ["a", "c"], [None, "'b'"]]),
        ("{*a, b}", ["Collection", "set", [["Other", "spread", ["a"]], "b"]]),
        ("a, b", ["Collection", "tuple", ["a", "b"]]),
        ("a,", ["Collection", "tuple", ["a"]]),
        ("(a)", "a"),
        ("()", ["Collection", "tuple"]),
        ("(a := b)", ["Bind", "a", "b", "="]),
        ("{k: v for k, v in x if k}", [
            "Comprehension", "dict", ["Collection", "tuple", ["k", "v"]],
            [["Clause", ["Collection", "tuple", ["k", "v"]], "x", ["k"]]],
        ]),
        ("[x async for x in y]", ["Comprehension", "list", "x", [["Clause", "x", "y", True]]]),
        ("lambda x: x", ["Closure", "<lambda>"]),
        ("await a.b()", ["Await", ["Call", ["Member", "a", "b"]]]),
        ("yield", ["Yield"]),
    ],
)  # fmt: skip
def test_an_expression_becomes(source: str, shape: object) -> None:
    assert brief(value(source)) == shape


@pytest.mark.parametrize(
    ("source", "shape"),
    [
        ("a = b = c", ["Assign", ["a", "b"], "c", "="]),
        ("(a) = 1", ["Assign", ["a"], "1", "="]),
        ("a, *b = c", ["Assign", [["Collection", "tuple", ["a", ["Other", "spread", ["b"]]]]], "c", "="]),
        ("a: list[int, str] = b", [
            "Assign", ["a"], "b", "=", ["Subscript", "list", ["Collection", "tuple", ["int", "str"]]],
        ]),
        ("a: int", ["Assign", ["a"], "=", "int"]),
        ("a //= b", ["Assign", ["a"], "b", "//="]),
        ("type A[T] = b", ["Assign", ["A"], "b", "="]),
        ("del a, b", ["Drop", ["a", "b"]]),
        ("del (a)", ["Drop", ["a"]]),
        ("assert a, b", ["If", ["Other", "not", ["a"]], [["Raise", "b"]]]),
        ("raise a from b", ["Raise", ["Other", "from", ["a", "b"]]]),
        ("if a: b\nelif c: d\nelse: e", [
            "If", "a", [["Do", "b"]], [["If", "c", [["Do", "d"]], [["Do", "e"]]]],
        ]),
        ("with (a as b, c): d", ["With", [["WithItem", "a", "b"], ["WithItem", "c"]], [["Do", "d"]]]),
        ("async with a: b", ["With", [["WithItem", "a"]], [["Do", "b"]], True]),
        ("try: a\nexcept A as e: b\nexcept (B, C): c\nelse: d\nfinally: e", [
            "Try", [["Do", "a"]],
            [
                ["Handler", "A", "e", [["Do", "b"]]],
                ["Handler", ["Collection", "tuple", ["B", "C"]], [["Do", "c"]]],
            ],
            [["Do", "d"]], [["Do", "e"]],
        ]),
        ("match a:\n case 1 | -2: b\n case A(x, y=c.d): e\n case _: f", [
            "Switch", "a",
            [
                ["Case", ["Choice", ["1", "-2"], "or"], [["Do", "b"]]],
                ["Case", [
                    "Other", "instance",
                    ["A", ["Bind", "x", ["Other", "matched"], "="], ["Argument", ["Member", "c", "d"], "y"]],
                ], [["Do", "e"]]],
                ["Case", [["Do", "f"]]],
            ],
        ]),
    ],
)  # fmt: skip
def test_a_statement_becomes(source: str, shape: object) -> None:
    assert brief(first(source)) == shape


def test_a_loop_knows_where_its_header_ends() -> None:
    source = "async for a in x[1:2]:  # why\n    b\nelse:\n    c\n"
    loop = first(source)
    assert isinstance(loop, tree.Loop)
    assert (loop.kind, loop.is_async, source[: loop.header_end]) == ("for", True, "async for a in x[1:2]:")
    assert brief(loop.body) == [["Do", "b"]]
    assert brief(loop.orelse) == [["Do", "c"]]


def test_spans_are_bytes_of_the_file() -> None:
    source = "\ufeffé = 'ü'\nasync def f():\n    await ß()\n".encode()
    made = lower("a.py", source, whole=True)
    function = made.functions[1]
    call = function.body[0]
    assert source[function.start : function.end].decode() == "async def f():\n    await ß()"
    assert source[call.start : call.end].decode() == "await ß()"
    assert function.body_start == call.start


def test_every_node_lies_inside_what_holds_it() -> None:
    made = lower("a/b.py", EVERYTHING, whole=True)
    assert made.broken == []
    for function in made.functions[1:]:
        start = min([function.start, *[decorator.start for decorator in function.decorators]])
        for node in nodes(function):
            assert start <= node.start <= node.end <= function.end, node
            assert node.parent is None


def test_functions_have_the_names_that_python_gives_them() -> None:
    source = textwrap.dedent("""
        def f():
            def g(): yield
            class C:
                async def m(self): return lambda: 0
            return lambda: [await x for x in y]
        class A:
            class B:
                def __init__(self): pass
            h = lambda self: (yield)
        """)
    code = compile(source.replace("[await x for x in y]", "0"), "f.py", "exec")

    def wanted(code: types.CodeType) -> Iterator[tuple[str, bool, bool]]:
        for held in code.co_consts:
            if isinstance(held, types.CodeType):
                if held.co_flags & 2:  # optimised: a function, not a class body
                    yield held.co_qualname, bool(held.co_flags & 0x280), bool(held.co_flags & 0x220)
                yield from wanted(held)

    found = [(made.qualname, made.is_async, made.is_generator) for made in module(source).functions[1:]]
    assert sorted(found) == sorted(wanted(code))


def test_scopes_bind_what_python_makes_local() -> None:
    made = module("""
        def f(a, *b, c=1, **d):
            global g
            g = e = 1
            import h.i, j as k
            for l, (m, *n) in o: p += 1
            with q as r.s, t as [u]: pass
            try: pass
            except V as w: del x
            if (y := 1): z: int
            [aa for bb in cc if (dd := bb)]
            match ee:
                case {"x": ff, **gg}: pass
            def hh(): nonlocal e; e = 2
            class II: jj = 1
        """)
    function = made.functions[1]
    assert function.bindings == set("abcdehklmnpuwxyz") | {"dd", "ff", "gg", "hh", "II"}
    assert function.outer_names == {"g"}
    assert made.functions[2].outer_names == {"e"}
    assert made.functions[2].bindings == set()
    assert made.top.bindings == {"f", "g"}


def test_a_class_keeps_its_methods_and_its_attributes_apart() -> None:
    made = module("""
        @dec
        class A(B, metaclass=M):
            x: int = 1
            def __init__(self): pass
            @property
            def p(self): pass
            @p.setter
            def p(self, v): pass
            @staticmethod
            async def s(): pass
            if x:
                def t(self): pass
            class C: pass
        """)
    one, nested = made.classes
    assert {name: method.kind for name, method in one.methods.items()} == {
        "__init__": "constructor", "p": "getter", "s": "method", "t": "method",
    }  # fmt: skip
    assert one.methods["s"].is_static
    assert all(method.owner is one and method.scope is made.top for method in one.methods.values())
    assert brief(one.bases) == [["Argument", "B"], ["Argument", "M", "metaclass"]]
    assert [type(statement).__name__ for statement in one.body] == ["Assign", "If", "Define"]
    assert nested.qualname == "A.C"
    assert [made.kind for made in made.functions].count("setter") == 1


def test_parameters() -> None:
    made = module("def f(a, /, b: int = 1, *c, d='x', **e): pass").functions[1]
    assert [(p.name, p.star, brief(p.default), brief(p.annotation)) for p in made.params] == [
        ("a", 0, None, None), ("b", 0, "1", "int"), ("c", 1, None, None), ("d", 0, "'x'", None), ("e", 2, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(("path", "near"), [("a/b/c.py", "a.b"), ("a/b/__init__.py", "a.b"), ("c.py", "")])
def test_imports_are_absolute(path: str, near: str, whole: bool) -> None:
    source = b"""
import os.path, json as j, os.path as p
from . import near
from .x.y import (z as zz,  # comment
    w,)
from m import a, \\
    b as c
if TYPE_CHECKING:
    from typing import Later
try: import fast as quick
except ImportError: import slow as quick
async def f():
    import inner
    from shadow import near
    await inner.a()
    await inner.b()
"""
    dot = near and near + "."
    assert lower(path, source.replace(b"try: import", b"try:\n    import"), whole=whole).imports == {
        "os": "os", "j": "json", "p": "os.path", "near": f"{dot}near", "zz": f"{dot}x.y.z", "w": f"{dot}x.y.w",
        "a": "m.a", "c": "m.b", "Later": "typing.Later", "quick": "fast", "inner": "inner",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "name"), [("a/b.py", "a.b"), ("a/__init__.py", "a"), ("src/x.py", "src.x"), ("__init__.py", "__init__")]
)
def test_a_module_is_named_by_its_path(path: str, name: str) -> None:
    assert lower(path, b"", whole=True).name == name


def test_what_cannot_be_parsed_is_noted_and_the_rest_is_lowered() -> None:
    source = b"def f():\n    a = 1\n    b = = 2\n    return a\n\nprint 'x'\n\ndef g(): pass\n"
    made = lower("a.py", source, whole=True)
    assert [function.name for function in made.functions] == ["<module>", "f", "g"]
    assert brief(made.functions[1].body)[-1] == ["Return", "a"]  # type: ignore[index]
    assert any(source[start:end].startswith(b"print") for start, end in made.broken)
    assert any(20 < start < 35 for start, _ in made.broken)


@pytest.mark.parametrize(
    "deep",
    [
        b"(" * 9999 + b"x" + b")" * 9999, b"(" * 9999, b"[" * 9999 + b"]" * 9999, b"-" * 9999 + b"1",
        b"not " * 9999 + b"x", b"a" + b".b" * 9999, b"a" + b"()" * 9999, b"f(" * 9999 + b")" * 9999,
        b"lambda:" * 9999 + b"0", b"a if b else " * 9999 + b"c", b"2**" * 9999 + b"2", b"a=" * 9999 + b"1",
        b"[x for x in " * 999 + b"y" + b"]" * 999, b"f'{x:" + b"{y:" * 999 + b"}" * 999 + b"}'",
        b"if x: pass\n" + b"elif y: pass\n" * 9999, b"x: " + b"list[" * 999 + b"int" + b"]" * 999,
        b"".join(b" " * level + b"def f():\n" for level in range(999)) + b" " * 999 + b"pass\n",
        b"match x:\n case " + b"[" * 999 + b"]" * 999 + b": pass\n",
    ],
)  # fmt: skip
def test_depth_is_bounded_and_what_lies_deeper_is_noted(deep: bytes) -> None:
    assert lower("a.py", deep, whole=True).broken or deep.startswith((b"a=", b"a."))


def test_long_sums_stay_flat() -> None:
    made = lower("a.py", b" + ".join([b"'a'"] * 5000), whole=True)
    assert made.broken == []


def test_no_bytes_make_it_fail() -> None:
    chance = random.Random(7)
    pieces = [
        b"(",
        b")",
        b"[",
        b"}",
        b"{",
        b":",
        b"\n",
        b'"""',
        b"'",
        b'f"{',
        b"await ",
        b"def ",
        b"\\",
        b"\x00",
        b"\xff",
    ]
    for _ in range(300):
        source = bytearray(EVERYTHING)
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(source))
            source[at : at + chance.randint(0, 12)] = chance.choice(pieces)
        for whole in (True, False):
            made = lower("a.py", bytes(source), whole=whole)
            assert all(0 <= start <= end <= len(source) for start, end in made.broken)
