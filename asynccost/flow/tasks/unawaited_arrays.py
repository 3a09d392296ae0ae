"""Async callbacks that JavaScript's array methods do not wait for: what they give is dropped, or tested as it is."""

from collections.abc import Iterator

from asynccost.flow.around import use_of
from asynccost.flow.facts.entries import is_script
from asynccost.flow.facts.registered import mounts
from asynccost.flow.file import File, Site
from asynccost.flow.reach import local_function
from asynccost.flow.tasks.kept import fate_of
from asynccost.flow.tree import Argument, Await, Call, Function, Member, Node
from asynccost.flow.waits.failing import failing, leans_on_answers, lets
from asynccost.flow.waits.risks import risks
from asynccost.flow.waits.side import is_page
from asynccost.flow.words import chain, words
from asynccost.model import Confidence, Finding, Silence

_FAILS = ", and a failure is an unhandled rejection"
_ARRAYS = (".map()", ".filter()", ".split()", "Object.keys()", "Object.values()", "Object.entries()", "Array.from()")


def unawaited(file: File) -> Iterator[Finding | Silence]:
    """Look at each async callback that an array method is handed."""
    table = file.knowledge.table("tasks")
    methods = {name: kind for kind in ("each", "map", "test") for name in table["arrays"][kind]}
    for site in file.calls:
        callee = site.call.callee
        if isinstance(callee, Member) and callee.attr in methods:
            yield from _array(file, site, callee, methods[callee.attr])


def _array(file: File, site: Site, callee: Member, kind: str) -> Iterator[Finding | Silence]:
    handler = _handler(file, site)
    if handler is None or not handler.is_async or handler.is_generator:
        return
    call = site.call
    if file.is_test or is_script(file):
        yield file.silence(call, "it is part of a test or a script")
    elif not (handler.index and handler.index.awaits):
        yield file.silence(call, "the callback awaits nothing")
    elif _no_array(file, callee):
        yield file.silence(call, "the receiver is no array: it may wait for its callback")
    else:
        said = _ASKED[kind](file, site, callee, handler)
        if isinstance(said, Finding):
            said.pending["around"] = site.function.qualname if site.function.is_async else ""
            if _FAILS in said.message and not leans_on_answers(file, handler):
                said.pending["fails"] = lets(file, handler)
            if kind == "each" and _is_last(site):  # nothing follows too early: all that is lost are its failures
                said.pending["risks"] = risks(file, handler)
        yield said


def _handler(file: File, site: Site) -> Function | None:
    first = site.call.arguments[0].value if site.call.arguments else None
    return local_function(first, site.function, file)


def _no_array(file: File, callee: Member) -> bool:
    names = chain(callee.value)
    if names == ["this"]:
        return True  # a method of its own class
    other = file.knowledge.table("tasks")["arrays"]["other"]
    return bool(names) and any(w in other or w.rstrip("s") in other for w in (*words(names[-1]), names[-1]))


def _each(file: File, site: Site, callee: Member, handler: Function) -> Finding | Silence:
    use = use_of(site.call)
    if use.kind not in ("dropped", "returned") or isinstance(site.call.parent, Member):
        return file.silence(site.call, "the result is used: this is not an array's forEach")
    message = (
        f"{callee.attr} does not wait for its async callback: what follows runs before the work is done,"
        " every item starts at once, and a failure is an unhandled rejection"
    )
    if failing(file, handler):
        sure = Confidence.MEDIUM if use.awaited else Confidence.HIGH
        return file.finding(site.call, message, Confidence.LOW if _nobody_misses(file, site, handler) else sure)
    message = (
        f"{callee.attr} does not wait for its async callback: what follows runs before the work is done,"
        " and every item starts at once"
    )
    return file.finding(site.call, message, Confidence.LOW)


def _nobody_misses(file: File, site: Site, handler: Function) -> bool:
    """Whether a forEach runs as a script starts, is the last thing that a function of a page does, or loads modules."""
    awaits = handler.index.awaits if handler.index else ()
    if all(isinstance(a.value, Call) and chain(a.value.callee) == ["import"] for a in awaits):
        return True
    if site.function.kind == "module" or (mounts(site.function) and not _awaits_more(site)):
        return True
    return is_page(file) and _is_last(site)


def _is_last(site: Site) -> bool:
    """Whether a call is a part of the last thing that its function does."""
    body = site.function.body
    return bool(body) and body[-1].start <= site.call.start and site.call.end <= body[-1].end


def _awaits_more(site: Site) -> bool:
    """Whether an async function waits for more after a statement, as if its work were done."""
    return site.function.is_async and any(
        a.start > site.call.end for a in (site.function.index.awaits if site.function.index else ())
    )


def _map(file: File, site: Site, callee: Member, handler: Function) -> Finding | Silence:
    use = use_of(site.call)
    awaited_array = isinstance(site.call.parent, Await)
    if awaited_array:
        if _is_gathered(site.call.parent):
            return file.silence(site.call, "Promise.all() waits for them: the await before it does nothing")
        message = (
            f"This awaits an array, not its promises: {callee.attr} with an async callback returns at once,"
            " and a failure is an unhandled rejection"
        )
        return file.finding(site.call, message, Confidence.HIGH if _is_array(callee, file) else Confidence.MEDIUM)
    fate = fate_of(site.call, site.function, file)
    if fate.kind != "dropped" or use.kind == "returned":
        return file.silence(site.call, "its promises are used" if fate.kind == "kept" else fate.why)
    message = (
        f"The promises of this {callee.attr} are thrown away ({fate.why}): nothing waits for them,"
        " and a failure is an unhandled rejection"
    )
    if failing(file, handler):
        return file.finding(site.call, message, Confidence.HIGH)
    message = f"The promises of this {callee.attr} are thrown away ({fate.why}): nothing waits for them"
    return file.finding(site.call, message, Confidence.LOW)


def _is_gathered(awaited: Node | None) -> bool:
    """`Promise.all(await items.map(async ...))`."""
    up = awaited.parent if awaited is not None else None
    call = up.parent if isinstance(up, Argument) else None
    return isinstance(call, Call) and chain(call.callee)[0] == "Promise"


def _test(file: File, site: Site, callee: Member, _: Function) -> Finding | Silence:
    use = use_of(site.call)
    if use.awaited and not _is_array(callee, file):
        return file.silence(site.call, "the result is awaited: the receiver may take async callbacks")
    message = (
        f"{callee.attr} tests the promise that its async callback returns, which is always truthy:"
        " the answer is wrong and the awaited work is thrown away"
    )
    return file.finding(site.call, message, Confidence.HIGH)


_ASKED = {"each": _each, "map": _map, "test": _test}


def _is_array(callee: Member, file: File) -> bool:
    """Whether the receiver is an array beyond doubt: a literal, or what an array method or Object.keys returns."""
    value: Node = callee.value
    name = file.resolve(value) or ""
    return name.endswith(_ARRAYS)
