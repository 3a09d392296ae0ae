"""Why nobody waits for a loop to be quick, by the names around it and by what its turns ask for."""

import re
from collections.abc import Iterator, Sequence

from asynccost.flow.file import File
from asynccost.flow.linked.aside import asides
from asynccost.flow.sessions.worth import files_beside
from asynccost.flow.touches import touches
from asynccost.flow.tree import (
    Argument,
    Assign,
    Bind,
    Call,
    Collection,
    Comprehension,
    Constant,
    Do,
    Function,
    Loop,
    Member,
    Name,
    Node,
)
from asynccost.flow.turn import gone_through
from asynccost.flow.waits.acts import acts_only
from asynccost.flow.waits.wait import Wait
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_WRITING = frozenset({"post", "put", "patch", "delete"})
_EACH = frozenset({"map", "forEach"})
_VIEWS = (".tsx", ".jsx", ".vue", ".svelte")
_ANSWERS = frozenset({"api", "routes", "routers", "controllers", "views", "pages", "app"})
_NEAR = 3  # parts of a path that say what its functions are for


Told = dict[str, frozenset[str]]  # the words of the tables, by what they say


def _words_of(file: File) -> Told:
    """The words of the tables: of loops, of what a message carries, and of files beside the text."""
    loops = {key: frozenset(said) for key, said in file.knowledge.table("seldom")["loops"].items()}
    carried = {key: frozenset(said) for key, said in file.knowledge.table("seldom")["carried"].items()}
    few_of = loops["few_of"] | carried["few"]
    return {**loops, "few_of": few_of, "messages": carried["carriers"], "files": file.memo(files_beside)}


def unhurried(loop: Loop | Comprehension, waits: Sequence[Wait], file: File, function: Function) -> str:
    """A doubt of a loop for which nobody waits, or whose turns are few by nature; "" where nothing says so."""
    told = file.memo(_words_of)
    named = [function.name, *(f.name for f in _scopes(function))]
    around = {word for name in (*named, *_stems(file.path)) for word in words(name)}
    if aside := _said_above(loop, file, function):
        return f"a comment says so: {aside}"
    if _is_left_alone(function) or file.memo(asides).left_to_itself(function):
        return "nobody waits for the function around it"
    own = {word for name in (*named, _stems(file.path)[-1]) for word in words(name)}
    if word := _met(told["jobs"], _folders(file)) or _met(told["job"], own):
        return f"{word} says that it runs in the background, where nobody waits for it"
    if any(map(file.memo(asides).sweeps, named)):
        return "it goes through all of its kind in the background, where nobody waits for it"
    if _met(told["notices"], around) and "recipients" in words(function.name):
        return "nobody waits for the look-ups before a notice is sent"
    if word := _met(told["house"], around) or _met(told["looks_round"], (*words(function.name), *_of_class(function))):
        return f"{word} says that it looks round or tidies up in the background, where nobody waits for it"
    if word := _met(told["works"], around.union(_of_class(function))):
        return f"{word} says that it works in the background, where nobody waits for a turn"
    left = [w for w in waits if w.kind not in ("fresh", "memory")]
    if _met(told["clears"], words(next(filter(None, named), ""))[:1]) and (acts_only(loop) or any(map(_deletes, left))):
        return "it clears away what is no longer needed"
    if left and _met(told["notices"], around) and all(_sends(wait, told) for wait in left):
        return "nobody waits for notices to be sent, and their receiver limits the rate, as a rule"
    if word := _met(told["asks"], around):
        return f"{word} says that somebody is asked, one question after another"
    source, target = gone_through(loop), loop.target if isinstance(loop, Loop) else None
    if word := _met(told["opened"], _words_in(source)):
        return f"{word} says that it goes through what a person has just opened, one item as a rule"
    met = [*_words_in(source), *_words_in(target), *(word for name in named for word in words(name))]
    if word := _met(told["few_of"], met):
        return f"{word} says that a message has few of them"
    if _parts_of_message(source, named, left, told):
        return "few parts of a message or of an answer are files"
    if left and any(_uploads(wait) for wait in left):
        return "uploads share one line, and are few as a rule"
    if "childNodes" in _names_in(source):
        return "it walks through a document, of which few parts are files"
    if _met(told["discovers"], words(function.name)) and _met(told["devices"], _words_in(target)):
        return "the devices of a network are few, and looked for now and then"
    if left and _one_address(loop, left, told):
        return "each turn only sends something to one address, where order, and a failure half way, may matter"
    return ""


_ASIDE = re.compile(rb"(?:#|//|/?\*)[^\n]*(?:in (?:the )?background|without blocking)[^\n]*", re.I)
_ABOVE = 400  # bytes of comment above a loop that still speak of it


def _folders(file: File) -> list[str]:
    """The folders of a file; what answers requests or is seen may be about jobs that people look for."""
    folders = file.path.split("/")[:-1]
    return [] if file.path.endswith(_VIEWS) or not _ANSWERS.isdisjoint(folders) else folders


def _said_above(loop: Loop | Comprehension, file: File, function: Function) -> str:
    """A comment right above a loop that says that nobody waits for it."""
    source = file.module.source
    begin = max(function.start, loop.start - _ABOVE, source.rfind(b"\n\n", 0, loop.start))
    found = _ASIDE.search(source, begin, loop.start)
    return found[0].decode("utf-8", "replace").strip()[:80] if found else ""


def _parts_of_message(
    source: Node | None, named: Sequence[str], waits: Sequence[Wait], told: Told
) -> bool:
    """`for part in message_chain`, and the files that are fetched of an event or of a model's answer."""
    around = _words_in(source)
    if {"message", "chain"}.issubset(around):
        return True
    said = {word for wait in waits for word in words(wait.name)}
    files = not told["files"].isdisjoint(said) or "file" in said
    if files and not told["messages"].isdisjoint((*around, *(word for name in named for word in words(name)))):
        return True
    return "image" in said and any(not told["answers"].isdisjoint((*around, *words(name))) for name in named)


def _of_class(function: Function) -> tuple[str, ...]:
    return words(function.owner.name) if function.owner is not None else ()


def _names_in(node: Node | None) -> set[str]:
    return {n.id if isinstance(n, Name) else n.attr for n in walk(node) if isinstance(n, (Name, Member))}


def _scopes(function: Function) -> Iterator[Function]:
    here = function.scope
    while here is not None and here.kind != "module":
        yield here
        here = here.scope


def _stems(path: str) -> list[str]:
    return [part.partition(".")[0] for part in path.split("/")[-_NEAR:]]


def _met(wanted: frozenset[str], said: "set[str] | Sequence[str]") -> str:
    return min(wanted.intersection(said), default="")


def _words_in(node: Node | None) -> list[str]:
    """The words of the names in a piece of code."""
    names = [n.id if isinstance(n, Name) else n.attr for n in walk(node) if isinstance(n, (Name, Member))]
    return [word for name in names for word in words(name)]


def _is_left_alone(function: Function) -> bool:
    """`items.map(async (item) => ...)` as a statement: its promises are dropped."""
    if not function.is_async or function.closure is None:
        return False
    argument = function.closure.parent
    call = argument.parent if isinstance(argument, Argument) else None
    callee = call.callee if isinstance(call, Call) else None
    return isinstance(callee, Member) and callee.attr in _EACH and isinstance(call and call.parent, Do)


def _sends(wait: Wait, told: Told) -> bool:
    return not told["sends"].isdisjoint(words(wait.name)[:1]) or _writes_to(wait) is not None


def _uploads(wait: Wait) -> bool:
    """`upload(image)`, `postFile(file)`."""
    said = words(wait.name)
    return "upload" in said or (said[:1] in (("post",), ("put",), ("send",)) and "file" in said)


def _deletes(wait: Wait) -> bool:
    """`request(path, { method: "DELETE" })`, `request("DELETE", path)`."""
    given = [a.value for a in wait.node.arguments] if isinstance(wait.node, Call) else []
    return any(_method(one) == "delete" or (isinstance(one, Constant) and one.value == "DELETE") for one in given)


def _writes_to(wait: Wait) -> Node | None:
    """The address of a request that changes something: `client.post(url)`, `fetch(url, { method: "POST" })`."""
    call = wait.node
    if not isinstance(call, Call) or not call.arguments:
        return None
    last = chain(call.callee)[-1]
    if last in _WRITING or (last == "fetch" and any(_method(a.value) in _WRITING for a in call.arguments[1:2])):
        return call.arguments[0].value
    return None


def _method(options: Node) -> str:
    """The HTTP method that a literal of options names; "" for none."""
    if not isinstance(options, Collection):
        return ""
    for key, value in zip(options.keys, options.items, strict=False):
        if isinstance(key, Constant) and key.value == "method":
            return str(value.value).lower() if isinstance(value, Constant) else ""
    return ""


def _one_address(loop: Loop | Comprehension, waits: Sequence[Wait], told: Told) -> bool:
    """Whether every turn changes something at an address that is the same for all, and leaves nothing behind."""
    if isinstance(loop, Comprehension):
        return False
    targets = {n.id for n in walk(loop.target, *loop.setup) if isinstance(n, Name)}
    said = touches(list(loop.body), targets)
    own = targets | said.made
    left = {*said.writes, *said.mutations} - own - _counted(loop)
    kept = [key for key in left if key.partition(".")[0] not in said.made]  # `payload.then.push("tell")`
    if kept or any(_keeps(n) for n in walk(*loop.body)):
        return False
    addresses = [_writes_to(wait) for wait in waits]
    return all(
        a is not None and own.isdisjoint(n.id for n in walk(a) if isinstance(n, Name)) and not _moves_data(a, told)
        for a in addresses
    )


def _counted(loop: Loop) -> set[str]:
    """The names that a turn only counts up: `done += 1`, `failed++`."""
    nodes = list(walk(*loop.body))
    bumps = [n for n in nodes if isinstance(n, Bind) and isinstance(n.value, Constant) and n.value.value == 1]
    adds = [n for n in nodes if isinstance(n, Assign) and n.op == "+=" and isinstance(n.value, Constant)]
    targets = [*(n.target for n in bumps), *(t for n in adds for t in n.targets)]
    return {t.id for t in targets if isinstance(t, Name)}


def _moves_data(address: Node, told: Told) -> bool:
    """`/upload`: what is sent is large, and one after another takes long."""
    texts = [n.value for n in walk(address) if isinstance(n, Constant) and isinstance(n.value, str)]
    return not told["uploads"].isdisjoint(word for text in (*texts, *_words_in(address)) for word in words(text))


def _keeps(node: Node) -> bool:
    """Whether state of a view takes what a turn got."""
    callee = node.callee if isinstance(node, Call) else None
    return isinstance(callee, Name) and callee.id.startswith("set") and callee.id[3:4].isupper()
