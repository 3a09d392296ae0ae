"""What JavaScript and TypeScript lower to, written as one line per statement."""

import dataclasses
import re
from collections.abc import Iterator
from random import Random

import pytest

from asynccost.flow.indexing import index_module
from asynccost.flow.module import Module
from asynccost.flow.tree import Class, Constant, Function, Loop, Member, Name, Node
from asynccost.javascript import lower

NOT_SHOWN = frozenset({"start", "end", "parent", "header_end", "op"})
LINKS = frozenset({"parent", "scope", "owner", "closure", "index"})


def show(node: object) -> str:
    """Write a node without places and empty parts: names as they are, the rest as Kind(field=...)."""
    if isinstance(node, list):
        return f"[{', '.join(show(item) for item in node)}]"
    if isinstance(node, Name):
        return node.id
    if isinstance(node, Constant):
        return repr(node.value)
    if isinstance(node, Member):
        return f"{show(node.value)}{'?' if node.optional else ''}.{node.attr}"
    if isinstance(node, Function):
        words = ("async " if node.is_async else "") + node.kind + ("*" if node.is_generator else "")
        return f"<{words} {node.qualname}{show(node.params)} {show(node.body)}>"
    if isinstance(node, Class):
        return f"<class {node.qualname}{show(node.bases)} {show(node.body)} {' '.join(node.methods)}>"
    if not isinstance(node, Node):
        return repr(node)
    op = getattr(node, "op", "")
    values = [f"{op}"] if op and op != "=" else []
    for each in dataclasses.fields(node):
        value = getattr(node, each.name)
        if each.name not in NOT_SHOWN and value not in (None, "", False) and value != []:
            values.append(f"{each.name}={show(value)}")
    return f"{type(node).__name__}({', '.join(values)})"


def body(source: str, path: str = "src/a/x.ts") -> list[str]:
    return [show(statement) for statement in lower(path, source.encode()).top.body]


def line(source: str, path: str = "src/a/x.ts") -> str:
    (only,) = body(source, path)
    return only


def below(node: Node) -> Iterator[tuple[Node, Node]]:
    """Yield every node under one with its holder."""
    pending = [node]
    while pending:
        holder = pending.pop()
        for each in dataclasses.fields(holder):
            value = getattr(holder, each.name)
            if each.name in LINKS:
                continue
            if isinstance(value, dict):
                value = list(value.values())
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, Node):
                    yield holder, child
                    pending.append(child)


# ---------------------------------------------------------------- expressions


@pytest.mark.parametrize(
    ("source", "lowered"),
    [
        ("a?.b?.[c]?.(d)", "Call(callee=Subscript(value=a?.b, index=c), arguments=[Argument(value=d)])"),
        ("a\n  // why\n  .then(b)", "Call(callee=a.then, arguments=[Argument(value=b)])"),
        ("this.#x.y!.z", "this.#x.y.z"),
        ("f(...xs, 1)", "Call(callee=f, arguments=[Argument(value=xs, star=1), Argument(value=1)])"),
        ("new X<T>(1)", "Call(callee=X, arguments=[Argument(value=1)], new=True)"),
        ("new X", "Call(callee=X, new=True)"),
        ("tag`a${b}`", "Call(callee=tag, arguments=[Argument(value=Other(template, parts=['a', b]))])"),
        ("s.div<{a: b}>`x`", "Call(callee=s.div, arguments=[Argument(value='x')])"),
        ("`x\\n`", r"'x\n'"),
        (r'"\u{1F600}\x41\
"', "'\U0001f600A'"),
        ("[1, , ...x]", "Collection(kind='list', items=[1, Other(hole), Other(spread, parts=[x])])"),
        (
            "({a, [b]: 1, 'c': 2, ...d})",
            "Collection(kind='dict', items=[a, 1, 2, d], keys=['a', b, 'c', None])",
        ),
        ("a && b && c || d", "Choice(or, options=[Choice(and, options=[a, b, c]), d])"),
        ("a ?? b", "Choice(??, options=[a, b])"),
        ("a ? b : c", "Choice(?:, test=a, options=[b, c])"),
        ("a + b + c - d", "Other(-, parts=[Other(+, parts=[a, b, c]), d])"),
        ("!a", "Other(not, parts=[a])"),
        ("-1", "-1"),
        ("void f()", "Other(void, parts=[Call(callee=f)])"),
        ("(a, b)", "Other(,, parts=[a, b])"),
        ("await (a as T)", "Await(value=a)"),
        (
            "[null, undefined, true, 0x10, 1_000n, 1.5e3]",
            "Collection(kind='list', items=[None, None, True, 16, 1000, 1500.0])",
        ),
        ("import.meta.env", "import.meta.env"),
        ("/a/g", "Other(regex)"),
    ],
)
def test_expressions(source: str, lowered: str) -> None:
    assert line(source) == f"Do(value={lowered})"


def test_assignments_as_values() -> None:
    assert line("f(x = 1, y ??= 2, z++)") == (
        "Do(value=Call(callee=f, arguments=[Argument(value=Bind(target=x, value=1)), "
        "Argument(value=Bind(??=, target=y, value=2)), Argument(value=Bind(+=, target=z, value=1))]))"
    )


def test_jsx() -> None:
    lowered = line("x = <A.B c='d' {...e} f={g} h>t{i}<j/>{/* no */}</A.B>", "x.tsx")
    assert lowered == (
        "Assign(targets=[x], value=Other(jsx:A.B, parts=[Argument(value='d', keyword='c'), Argument(value=e, star=2), "
        "Argument(value=g, keyword='f'), Argument(value=True, keyword='h'), i, Other(jsx:j)]))"
    )
    assert line("x = <>{a}</>", "x.jsx") == "Assign(targets=[x], value=Other(jsx, parts=[a]))"


def test_type_wrappers_are_looked_through() -> None:
    assert line("<any>b") == "Do(value=b)"
    assert line("(a as T).b = c satisfies U") == "Assign(targets=[a.b], value=c)"


# ----------------------------------------------------------------- statements


@pytest.mark.parametrize(
    ("source", "lowered"),
    [
        (
            "const a = 1, b = 2",
            [
                "Assign(targets=[a], value=1, declares='const')",
                "Assign(targets=[b], value=2, declares='const')",
            ],
        ),
        ("let x: A.B", ["Assign(targets=[x], declares='let', annotation=A.B)"]),
        (
            "let x: A<B> | null",
            [
                "Assign(targets=[x], declares='let', annotation=Other(|, parts=[Subscript(value=A, "
                "index=B), None]))",
            ],
        ),
        ("a = b.c = 1", ["Assign(targets=[a, b.c], value=1)"]),
        (
            "i++; --i; x ??= 3",
            [
                "Assign(+=, targets=[i], value=1)",
                "Assign(-=, targets=[i], value=1)",
                "Assign(??=, targets=[x], value=3)",
            ],
        ),
        ("delete a.b", ["Drop(targets=[a.b])"]),
        (
            "if (a) b; else if (c) {d} else e",
            [
                "If(test=a, body=[Do(value=b)], orelse=[If(test=c, body=[Do(value=d)], "
                "orelse=[Do(value=e)])])",
            ],
        ),
        (
            "switch (a) { case 1: b; default: c }",
            ["Switch(subject=a, cases=[Case(test=1, body=[Do(value=b)]), Case(body=[Do(value=c)])])"],
        ),
        (
            "try {a} catch (e) {b} finally {c}",
            [
                "Try(body=[Do(value=a)], handlers=[Handler(name='e', body=[Do(value=b)])], "
                "final=[Do(value=c)])",
            ],
        ),
        ("throw x", ["Raise(value=x)"]),
        ("{ a; { b } }", ["Do(value=a)", "Do(value=b)"]),
        (
            "enum E { A = 4, B, 'c' }",
            [
                "Assign(targets=[E], value=Collection(kind='dict', items=[4, 5, 6], keys=['A', 'B', "
                "'c']), declares='const')",
            ],
        ),
        ("namespace N { export const a = 1 }", ["Assign(targets=[a], value=1, declares='const')"]),
        ("declare const a: T; interface I {} type T = 1", []),
        ("'use client'", ["Do(value='use client')"]),
    ],
)
def test_statements(source: str, lowered: list[str]) -> None:
    assert body(source) == lowered


@pytest.mark.parametrize("path", ["x.js", "x.ts", "x.tsx"])
def test_using(path: str) -> None:
    assert body("using a = f(); await using b = g()", path) == [
        "Assign(targets=[a], value=Call(callee=f), declares='using')",
        "Assign(targets=[b], value=Call(callee=g), declares='await using')",
    ]


@pytest.mark.parametrize(
    ("source", "lowered"),
    [
        (
            "for (const [a, b] of xs) c",
            "Loop(kind='for', target=Collection(kind='list', items=[a, b]), iter=xs, body=[Do(value=c)])",
        ),
        ("for await (x of xs);", "Loop(kind='for', target=x, iter=xs, is_async=True)"),
        ("for (const k in o) {}", "Loop(kind='keys', target=k, iter=o)"),
        ("for (;;) break", "Loop(kind='count', body=[Break()])"),
        ("while (a) b", "Loop(kind='while', test=a, body=[Do(value=b)])"),
        ("do b; while (a)", "Loop(kind='do', test=a, body=[Do(value=b)])"),
        (
            "out: while (a) continue out",
            "Loop(kind='while', test=a, body=[Continue(label='out')], label='out')",
        ),
    ],
)
def test_loops(source: str, lowered: str) -> None:
    assert line(source) == lowered


def test_counting_loop_has_its_header_apart() -> None:
    module = lower("x.js", b"for (let i = 0, n = 2; i < n; i++) f(i)")
    loop = module.top.body[0]
    assert show(loop) == (
        "Loop(kind='count', test=Other(<, parts=[i, n]), "
        "body=[Do(value=Call(callee=f, arguments=[Argument(value=i)]))], "
        "setup=[Assign(targets=[i], value=0, declares='let'), Assign(targets=[n], value=2, declares='let')], "
        "update=Bind(+=, target=i, value=1))"
    )
    assert isinstance(loop, Loop)
    assert module.source[: loop.header_end] == b"for (let i = 0, n = 2; i < n; i++)"
    assert module.top.bindings == {"i", "n"}


# ------------------------------------------------------- functions and classes


def test_patterns_keep_places_and_defaults() -> None:
    assert line("const [, a = 1, ...b] = c") == (
        "Assign(targets=[Collection(kind='list', items=[Other(hole), Choice(default, options=[a, 1]), "
        "Other(spread, parts=[b])])], value=c, declares='const')"
    )
    assert line("({a, b: c, d = 1, ...e} = f)") == (
        "Assign(targets=[Collection(kind='dict', items=[a, c, Choice(default, options=[d, 1]), e], "
        "keys=['a', 'b', 'd', None])], value=f)"
    )


def test_parameters() -> None:
    (made,) = lower("x.ts", b"function f(this: T, a, b: B = 1, {c, d: e}: P = {}, ...g: G[]) {}").functions[1:]
    assert [show(param) for param in made.params] == [
        "Param(name='a')",
        "Param(name='b', default=1, annotation=B)",
        "Param(default=Collection(kind='dict'), annotation=P, "
        "pattern=Collection(kind='dict', items=[c, e], keys=['c', 'd']))",
        "Param(name='g', annotation=Subscript(value=Array, index=G), star=1)",
    ]
    assert made.bindings == {"a", "b", "c", "e", "g"}


@pytest.mark.parametrize(
    ("source", "qualnames"),
    [
        ("function f() { const g = async () => { h(() => 1) } }", ["f", "f.g", "f.g"]),
        ("const x = function named() {}", ["named"]),
        ("const x = (async () => {}) as T", ["x"]),
        ("a.b.c = () => 1; ({d: () => 1, e() {}, [f]() {}})", ["c", "d", "e", "[f]"]),
        (
            "class A { m() { return () => 1 } static n = () => 1; [Symbol.iterator]() {} }",
            ["A.m", "A.m", "A.n", "A.[Symbol.iterator]"],
        ),
        ("const A = class { m() {} }", ["A.m"]),
        ("export default () => 1", ["default"]),
        ("export default function () {}", ["default"]),
        ("module.exports = () => 1", ["default"]),
        ("const y = memo(() => 1)", [""]),
        ("function f({a = () => 1}) {}", ["f", "f.a"]),
    ],
)
def test_qualnames(source: str, qualnames: list[str]) -> None:
    assert [function.qualname for function in lower("x.ts", source.encode()).functions[1:]] == qualnames


def test_kinds_of_functions() -> None:
    source = b"""class A { constructor() {} get x() {} set x(v) {} static async *m() {} #p() {} h = async () => {} }
    async function* g() { yield* a }  const o = { async f() {}, get e() { return 1 } }"""
    module = lower("x.js", source)
    shown = [show(function).split("[", 1)[0].strip("<") for function in module.functions[1:]]
    assert shown == [
        "constructor A.constructor", "getter A.x", "setter A.x", "async method* A.m", "method A.#p",
        "async arrow A.h", "async function* g", "async method f", "getter e",
    ]
    (cls,) = module.classes
    assert list(cls.methods) == ["constructor", "x", "setter x", "m", "#p", "h"]
    assert cls.methods["m"].is_static
    assert all(method.owner is cls and method.scope is module.top for method in cls.methods.values())


def test_class() -> None:
    source = """@D() export class A extends mixin(B)<T> implements I {
      @In() x: X = 1; static y = 2; declare z; static { f() }
      constructor(private readonly q: Q, r?: R) { super() }
      @Get("a") m(@Body() b: B) {}
      abstract n(): void;
    }"""
    module = lower("x.ts", source.encode())
    (cls,) = module.classes
    assert show(cls.decorators) == "[Call(callee=D)]"
    assert show(cls.bases) == "[Argument(value=Call(callee=mixin, arguments=[Argument(value=B)]))]"
    assert [show(statement) for statement in cls.body] == [
        "Do(value=Call(callee=In))",
        "Assign(targets=[this.x], value=1, annotation=X)",
        "Assign(targets=[A.y], value=2)",
        "Assign(targets=[this.z])",
        "Do(value=Call(callee=Closure(function=<arrow A[] [Do(value=Call(callee=f))]>)))",
        "Assign(targets=[this.q], annotation=Q)",
    ]
    constructor, method = cls.methods["constructor"], cls.methods["m"]
    assert [show(statement) for statement in constructor.body] == [
        "Assign(targets=[this.q], value=q, annotation=Q)",
        "Do(value=Call(callee=super))",
    ]
    assert show(method.decorators) == "[Call(callee=Get, arguments=[Argument(value='a')]), Call(callee=Body)]"


def test_class_expression_is_defined_before_its_statement() -> None:
    assert body("const mixin = (B) => class extends B { m() {} }")[0] == (
        "Assign(targets=[mixin], value=Closure(function=<arrow mixin[Param(name='B')] "
        "[Define(what=<class mixin[Argument(value=B)] [] m>), Return(value=Other(class))]>), declares='const')"
    )


def test_body_start_is_the_first_statement() -> None:
    source = b"function f() { /* a */ b } function g() {} const h = () => i"
    starts = [function.body_start for function in lower("x.js", source).functions[1:]]
    assert [source[start : start + 1] for start in starts] == [b"b", b"}", b"i"]


def test_bindings_of_a_scope() -> None:
    source = b"""import a, {b as c} from 'm'; var d; class E {} function f(g) { var h; try {} catch (i) {}
    for (const j of k) { let {l: [m]} = n } o = 1 }"""
    module = lower("x.js", source)
    assert module.top.bindings == {"a", "c", "d", "E", "f"}
    assert module.functions[1].bindings == {"g", "h", "i", "j", "m"}


# --------------------------------------------------------- imports and exports


@pytest.mark.parametrize(
    ("source", "imports"),
    [
        (
            "import X, {a as b, default as c, type T} from 'm'",
            {"X": "m:default", "b": "m:a", "c": "m:default", "T": "m:T"},
        ),
        ("import * as n from './client.js'", {"n": "src/a/client:*"}),
        ("import type {A} from '../b'", {"A": "src/b:A"}),
        ("import x from 'node:fs/promises'", {"x": "fs/promises:default"}),
        ("import x from '@/lib/x'", {"x": "@/lib/x:default"}),
        ("import x from './data.json'", {"x": "src/a/data.json:default"}),
        ("import x from '.'", {"x": "src/a:default"}),
        ("import 'm'", {}),
        ("import x = require('m')", {"x": "m:*"}),
        ("const x = require('m')", {"x": "m:*"}),
        ("const {a, b: c = 1} = require('m')", {"a": "m:a", "c": "m:b"}),
        ("const x = require('m').y", {"x": "m:y"}),
        ("const x = __importDefault(require('m'))", {"x": "m:*"}),
        ("const {a} = await import('m')", {"a": "m:a"}),
        ("const x = (await import('m')).default", {"x": "m:default"}),
        ("function f() { const x = require('m') }", {}),
    ],
)
def test_imports(source: str, imports: dict[str, str]) -> None:
    assert lower("src/a/x.ts", source.encode()).imports == imports


@pytest.mark.parametrize(
    ("source", "exports", "stars"),
    [
        ("export const a = 1, {b: [c]} = d", {"a": "a", "c": "c"}, []),
        ("export function f() {} export class C {} export enum E {}", {"f": "f", "C": "C", "E": "E"}, []),
        ("export default X", {"default": "X"}, []),
        ("export default function f() {}", {"default": "f"}, []),
        ("export default class {}", {"default": "default"}, []),
        ("export default f(1)", {"default": "default"}, []),
        ("export {a as b, c}", {"b": "a", "c": "c"}, []),
        ("export {a as b, default} from './m'", {"b": "src/a/m:a", "default": "src/a/m:default"}, []),
        ("export * from './m.js'; export * as n from 'p'", {"n": "p:*"}, ["src/a/m"]),
        ("export namespace N { export const a = 1 }", {"N": "N"}, []),
        ("export = X", {"default": "X"}, []),
        ("module.exports = X", {"default": "X"}, []),
        ("module.exports = function f() {}", {"default": "f"}, []),
        (
            "module.exports = {a, b: c, d() {}, ...require('./e')}",
            {"a": "a", "b": "c", "d": "d"}, ["src/a/e"],
        ),
        (
            "exports.a = b; module.exports.c = () => 1; exports.d = exports.e = 1",
            {"a": "b", "c": "c", "d": "d", "e": "e"}, [],
        ),
        ("module.exports = require('./m')", {"default": "src/a/m:*"}, ["src/a/m"]),
        ("module.exports = new X()", {"default": "default"}, []),
    ],
)
def test_exports(source: str, exports: dict[str, str], stars: list[str]) -> None:
    module = lower("src/a/x.ts", source.encode())
    assert (module.exports, module.star_exports) == (exports, stars)


def test_a_nameless_default_is_a_variable() -> None:
    assert line("module.exports = new X()") == (
        "Assign(targets=[module.exports, default], value=Call(callee=X, new=True))"
    )
    assert line("export default new X()") == (
        "Assign(targets=[default], value=Call(callee=X, new=True), declares='const')"
    )


@pytest.mark.parametrize(
    ("path", "name"), [("src/api/index.ts", "src/api/index"), ("a.b.mjs", "a.b"), ("x.d.ts", "x.d"), ("v.vue", "v")]
)
def test_module_name(path: str, name: str) -> None:
    assert lower(path, b"").name == name


# ----------------------------------------------------------------- robustness


def test_flow_types_are_read_by_the_other_grammar() -> None:
    module = lower("x.js", b"type T = {a: number};\nexport const f = (x: T): number => x.a;\n")
    assert module.exports == {"f": "f"}
    assert module.broken == []


def test_an_error_leaves_the_rest() -> None:
    module = lower("x.js", b"const a = 1;\nconst b = 1);\nfunction c() { return 1 }\n")
    assert module.broken == [(24, 25)]
    assert module.top.bindings == {"a", "b", "c"}


@pytest.mark.parametrize("head", ["interface A {\n  b: string;\n", "interface A {\n\n;\n"])
def test_code_behind_an_interface_that_was_never_closed_is_broken(head: str) -> None:
    """The grammar takes what is exported there for a part of the interface: silence would say that it was read."""
    swallowed = "export async function f() { await g() }"

    assert lower("x.ts", f"{head}{swallowed}\n".encode()).broken == [(len(head), len(head) + len(swallowed))]


def test_a_missing_token_and_an_ampersand_in_text_are_not_broken() -> None:
    assert lower("x.tsx", b"const A = s.div<{a: b}>`c`; const B = <p>Save & Close</p>").broken == []


def test_byte_order_mark_and_bytes_that_are_no_text() -> None:
    (statement,) = lower("x.js", b"\xef\xbb\xbfa()").top.body
    assert (show(statement), statement.start) == ("Do(value=Call(callee=a))", 3)
    assert lower("x.js", b"const a = '\xff\xfe'; \x00 \xff").path == "x.js"


DEEP = {
    "parentheses": ("(", "1", ")"),
    "arrays": ("f([", "1", "])"),
    "patterns": ("[", "a", "]"),
    "calls": ("f(", "1", ")"),
    "arrows": ("() => ", "1", ""),
    "loops": ("for (;;) ", "a", ""),
    "blocks": ("if (a) {", "b", "}"),
    "nots": ("!", "a", ""),
    "ternaries": ("a ? b : ", "c", ""),
    "elses": ("if (a) b(); else ", "c", ""),
    "members": ("", "a", ".b"),
    "thens": ("", "a", ".then(b)"),
    "sums": ("a + ", "b", ""),
    "differences": ("a + b - ", "c", ""),
    "templates": ("`${", "a", "}`"),
    "elements": ("<a>", "b", "</a>"),
    "classes": ("class A { x = ", "1", "}"),
    "types": ("let x: A<", "B", ">"),
    "functions": ("function f() {", "a", "}"),
    "cut": ("if (a) {", "", ""),
    "broken": ("if (a) b() else ", "c", ""),
}


SLOW = ("broken", "types")  # tree-sitter itself takes the square of their length


@pytest.mark.parametrize("path", ["x.js", "x.ts", "x.tsx"])
@pytest.mark.parametrize("name", DEEP)
def test_deep_nesting_is_cut_off(name: str, path: str) -> None:
    opening, inner, closing = DEEP[name]
    times = 1_000 if name in SLOW else 10_000
    index_module(lower(path, (opening * times + inner + closing * times).encode()))


def test_what_lies_too_deep_is_broken() -> None:
    assert lower("x.js", b"f(" * 1000 + b")" * 1000).broken
    assert not lower("x.js", b"f(" * 90 + b")" * 90).broken


SAMPLE = """import axios, {type AxiosInstance} from 'axios';
export class Api<T> extends Base { private http: AxiosInstance = axios.create({baseURL: `${HOST}/v1`});
  constructor(private readonly key: string) { super() }
  async all(ids: string[]): Promise<T[]> { const out: T[] = [];
    for (const id of ids) { try { out.push(await this.http.get(`/x/${id}`)) } catch (e) { if (!e) throw e; continue } }
    return out } }
export const View = ({id, ...rest}: Props) => { const [, setX] = useState<string | null>(null);
  useEffect(() => { const t = setInterval(() => setX(x => x! + 1), 1000); return () => clearInterval(t) }, [id]);
  return <div {...rest} onClick={async () => { await api?.all([id]) }}>{id && <b>{id}</b>}</div> };
switch (mode) { case 'a': run(); break; default: { stop() } }
module.exports = { View, Api, async go() { for await (const x of xs) yield_(x) } };
"""


def test_children_lie_inside_and_names_read_as_they_stand() -> None:
    module = lower("x.tsx", SAMPLE.encode())
    assert module.broken == []
    for holder, node in below(module.top):
        assert holder.start <= node.start <= node.end <= holder.end
        if isinstance(node, Name) and node.start != node.end:
            assert module.source[node.start : node.end].decode() == node.id
    reached = {id(node) for _, node in below(module.top)}
    assert all(id(function) in reached for function in module.functions[1:])


def test_no_bytes_raise() -> None:
    random = Random(7)
    pieces = b"( ) { } => async await export class for if ... ?. @ < ` = , \xff require(".split(b" ")
    for turn in range(300):
        damaged = bytearray(SAMPLE.encode()[: random.randint(1, len(SAMPLE))])
        for _ in range(random.randint(1, 10)):
            at = random.randrange(len(damaged) + 1)
            if random.random() < 0.5:
                damaged[at:at] = random.choice(pieces)
            else:
                del damaged[at : at + random.randint(1, 20)]
        path = f"x{('.js', '.ts', '.tsx', '.vue')[turn % 4]}"
        index_module(lower(path, (b"<script>" if path == "x.vue" else b"") + bytes(damaged)))


# --------------------------------------------------------------------- tokens


def shallow(source: str) -> Module:
    return lower("x.ts", source.encode(), tokens=re.compile(rb"await"))


def test_without_a_token_only_names_signatures_and_exports_are_kept() -> None:
    module = shallow(
        "import a from 'm'; const r = require('n'); export const f = (x = 1) => { g() };\n"
        "export function h() { return 1 } noise(1, 2);\n"
        "class A { m() { b() } } class B { m() { b() } async n() { await c } } module.exports.k = () => { d() }"
    )
    assert module.imports == {"a": "m:default", "r": "n:*"}
    assert module.exports == {"f": "f", "h": "h", "k": "k"}
    assert [(function.qualname, len(function.body)) for function in module.functions[1:]] == [
        ("f", 0), ("h", 0), ("A.m", 0), ("B.m", 1), ("B.n", 1), ("k", 0),
    ]
    assert not any("noise" in show(statement) for statement in module.top.body)
