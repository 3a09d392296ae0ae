"""Why a list from outside may be short after all, or few of its items reach their wait.

Lists that are as long as whoever fills them likes, by what their items are called: addresses, files, messages.
"""

import re
from collections.abc import Iterator, Sequence

from asynccost.flow.around import above
from asynccost.flow.carried import carried_along
from asynccost.flow.file import File
from asynccost.flow.tree import (
    Argument,
    Await,
    Call,
    Choice,
    Closure,
    Collection,
    Comprehension,
    Constant,
    Expr,
    Function,
    If,
    Member,
    Name,
    Node,
    Other,
    Subscript,
)
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_DEPTH = 10
_NOT = frozenset({"not", "NOT", "notIn", "$nin", "$not", "$ne", "NOR", "$nor"})
_AMONG = frozenset({"in", "$in"})
_LARGE = frozenset({  # whose rows may be very many
    "team", "tenant", "org", "organization", "organisation", "workspace", "account", "company", "user", "customer",
    "project", "app", "site", "store", "shop",
})
_BELOW = frozenset({"<", "<=", ">", ">="})


def few(items: Expr, waits: Sequence[Node], home: Function, function: Function, file: File) -> str:
    """What keeps the number of waits small; "" where nothing does. home: the function that runs for each item."""
    if waits and home is not function and all(_under_test(node) for node in waits):
        return "a condition decides which items wait"
    if any(_measured(name, function) for name in _names(items)):
        return "its length is compared with a limit"
    if carried := carried_along(items, function, file):
        return carried
    for part in _made_of(items, function, 0):
        if narrowed := _narrowed(part):
            return narrowed
    return ""


def _under_test(node: Node) -> bool:
    """`wanted ? await load(x) : null`, `if (i < end) await load(x)`."""
    below = node
    for up in above(node):
        if isinstance(up, If) and below is not up.test:
            return True
        if isinstance(up, Choice):
            asks = up.test if up.test is not None else up.options[0]
            if below is not asks:
                return True
        below = up
    return False


def _names(items: Expr) -> set[str]:
    return {node.id for node in walk(items) if isinstance(node, Name)}


def _measured(name: str, function: Function) -> bool:
    """`if (ids.length > MAX_IDS) return`, `if len(ids) > 50: raise`."""
    for node in walk(*function.body):
        if isinstance(node, Other) and node.op in _BELOW and len(node.parts) == 2 and any(map(_is_limit, node.parts)):
            for part in node.parts:
                if isinstance(part, Member) and part.attr in ("length", "size") and _is(part.value, name):
                    return True
                given = part.arguments if isinstance(part, Call) and _is(part.callee, "len") else []
                if any(_is(a.value, name) for a in given):
                    return True
    return False


def _is(expr: Expr, name: str) -> bool:
    return isinstance(expr, Name) and expr.id == name


def _is_limit(expr: Expr) -> bool:
    if isinstance(expr, Constant):
        return isinstance(expr.value, (int, float)) and expr.value > 1
    last = chain(expr)[-1] if isinstance(expr, (Name, Member)) else ""
    return last.isupper() and len(last) > 1


def _made_of(expr: Expr | None, function: Function, depth: int) -> Iterator[Call]:
    """The calls that a list comes of, those that its names were bound to included."""
    if expr is None or depth > _DEPTH:
        return
    if isinstance(expr, (Await, Argument, Subscript, Member)):
        yield from _made_of(expr.value, function, depth + 1)
    elif isinstance(expr, Choice):
        for option in expr.options:
            yield from _made_of(option, function, depth + 1)
    elif isinstance(expr, Collection) and len(expr.items) == 1 and isinstance(only := expr.items[0], Other):
        if only.op.startswith("spread"):  # `[...rows]`
            yield from _made_of(only.parts[0], function, depth + 1)
    elif isinstance(expr, Comprehension):
        yield from _made_of(expr.clauses[0].iter, function, depth + 1)
    elif isinstance(expr, Name):
        for value in _values(expr.id, function):
            yield from _made_of(value, function, depth + 1)
    elif isinstance(expr, Call):
        yield expr
        yield from _made_of(expr.callee, function, depth + 1)


def _values(name: str, function: Function) -> Iterator[Expr]:
    scope: Function | None = function
    while scope is not None and scope.index is not None:
        if name in scope.bindings:
            yield from (value for value in scope.index.bound.get(name, ()) if value is not None)
            return
        scope = scope.scope


_HEAD = re.compile(r"\s*(?:\w+\s*>?\s*)?(?:link|script|style|meta)\b(?!\s*[>+~\w])")  # elements of a page's head


def _narrowed(call: Call) -> str:
    """What a query says of its rows: those of a list of keys, or of one other row; a page's own files."""
    asked = call.arguments[0].value if call.arguments and chain(call.callee)[-1] == "querySelectorAll" else None
    if isinstance(asked, Constant) and _HEAD.match(str(asked.value)):
        return "a page has a handful of them"
    for argument in call.arguments:
        if isinstance(argument.value, Closure):
            continue
        if argument.keyword and _is_parent(argument.keyword, argument.value):
            return "its rows belong to one parent"
        if narrowed := _said(argument.value):
            return narrowed
    return ""


def _said(expr: Node) -> str:
    if isinstance(expr, Collection) and expr.kind == "dict":
        return _of_rows(expr)
    for node in walk(expr):
        if isinstance(node, Call) and chain(node.callee)[-1] in ("in_", "inArray") and not _negated(node):
            return "its rows are those of a list of keys"
        if isinstance(node, Call) and chain(node.callee)[-1] == "eq" and len(node.arguments) == 2:
            left, right = (a.value for a in node.arguments)
            if isinstance(left, Member) and _is_parent(left.attr, right):
                return "its rows belong to one parent"
        if isinstance(node, Other) and node.op in ("==", "===") and len(node.parts) == 2:
            left, right = node.parts
            if isinstance(left, Member) and _is_parent(left.attr, right):
                return "its rows belong to one parent"
        if isinstance(node, Call) and node is not expr and any(
            a.keyword and _is_parent(a.keyword, a.value) for a in node.arguments
        ):
            return "its rows belong to one parent"
    return ""


def _negated(call: Call) -> bool:
    return any(isinstance(up, Other) and up.op in ("~", "not", "!") for up in above(call))


def _of_rows(options: Collection) -> str:
    """`{where: {versionId, number: {in: numbers}}}`."""
    for key, value in zip(options.keys, options.items, strict=False):
        said = str(key.value) if isinstance(key, Constant) else ""
        if said in _NOT or said in ("select", "include", "orderBy", "OR", "$or"):
            continue
        if said in _AMONG and not isinstance(value, Collection):
            return "its rows are those of a list of keys"
        if _is_parent(said, value):
            return "its rows belong to one parent"
        if isinstance(value, Collection) and value.kind == "dict" and (narrowed := _of_rows(value)):
            return narrowed
    return ""


def _is_parent(key: str, value: Node) -> bool:
    """`version_id=version.id`: the rows of one parent, of whom there are few, as a rule; not those of a tenant."""
    said = words(key)
    own = said[-1:] == ("id",) and len(said) > 1 and _LARGE.isdisjoint(said)
    return own and isinstance(value, (Name, Member, Subscript))


_STEPS = 8
_MANY = frozenset({
    "urls", "links", "uris", "hrefs", "files", "filenames", "filepaths", "paths", "attachments", "images", "photos",
    "videos", "uploads", "downloads", "documents", "docs", "messages", "emails", "jobs", "sitemaps", "articles",
    "posts", "comments", "records", "rows", "ids", "uids", "uuids", "keys",
})  # fmt: skip
_LIST = frozenset({"list", "array", "set", "queue"})
_LOOKS_THROUGH = frozenset({
    "filter", "sorted", "list", "set", "tuple", "enumerate", "reversed", "flat", "from", "concat", "zip", "sort",
    "reverse", "toSorted", "map", "uniq", "unique", "compact",
})  # fmt: skip


def many(items: Expr | None, depth: int = 0) -> str:
    """What a list of many is called: `urls`, `payload.files`, `selected_ids`; "" where its name says nothing."""
    if items is None or depth > _STEPS:
        return ""
    if isinstance(items, (Await, Argument, Subscript)):
        return many(items.value, depth + 1)
    if isinstance(items, Choice) and items.options:
        return many(items.options[0], depth + 1)
    if isinstance(items, Other) and len(items.parts) == 1:
        return many(items.parts[0], depth + 1)
    if isinstance(items, Comprehension):
        return many(items.clauses[0].iter, depth + 1)
    if isinstance(items, (Name, Member)):
        last = chain(items)[-1]
        return last if _speaks_of_many(last) else ""
    return _of_call(items, depth) if isinstance(items, Call) else ""


def has_most(name: str, source: bytes) -> bool:
    """Whether a file says how many there may be: `maxFiles: 25`, `urls: z.array(z.string()).max(20)`."""
    field, word = re.escape(name.encode()), re.escape((words(name) or (name,))[-1].encode())
    schema = rb"\b%s\??\s*:[^\n]{0,200}(?:\.max\(|\bmax_(?:length|items)\b)" % field
    return re.search(rb"(?i:max_?%s\b|max_%s_|max_?results\b)|%s" % (word, word, schema), source) is not None


def _of_call(call: Call, depth: int) -> str:
    if chain(call.callee)[-1] not in _LOOKS_THROUGH:
        return ""
    if isinstance(call.callee, Member) and chain(call.callee)[0] not in ("Object", "Array", "itertools"):
        return many(call.callee.value, depth + 1)
    inner = [a.value for a in call.arguments if not isinstance(a.value, Closure)]
    return many(inner[0], depth + 1) if inner else ""


def _speaks_of_many(name: str) -> bool:
    said = words(name)
    while said and said[-1] in _LIST:
        said = (*said[:-2], f"{said[-2]}s") if len(said) > 1 else ()
    return said[-1:] != () and said[-1] in _MANY
