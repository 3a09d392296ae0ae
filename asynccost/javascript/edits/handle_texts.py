"""The texts of a handle: a name for it, its type, and what gives back what it stands for."""

import re

from asynccost.flow.effects.acquisitions import Acquisition
from asynccost.flow.file import File
from asynccost.flow.tree import Member
from asynccost.flow.words import chain, words
from asynccost.javascript.edits.endings import UnfixableError
from asynccost.javascript.edits.script import Script

_NAMES = {
    "setInterval": "intervalId", "setTimeout": "timeoutId", "requestAnimationFrame": "frameId",
    "requestIdleCallback": "idleId", "setImmediate": "immediateId", "WebSocket": "socket", "EventSource": "source",
    "BroadcastChannel": "channel", "Worker": "worker", "RTCPeerConnection": "connection", "AudioContext": "audio",
    "watchPosition": "watchId", "createObjectURL": "url", "io": "socket",
}
NUMBERS = frozenset({"requestAnimationFrame", "requestIdleCallback", "watchPosition"})


def wanted_name(word: str, got: Acquisition, file: File) -> str:
    """A name for a handle that has none. word: the last word of the call that hands it out."""
    if got.pair.handle == "disposer":
        return "subscription" if is_subscription(got, file) else "unsubscribe"
    known = _NAMES.get(word)
    return known or ("observer" if word.endswith("Observer") else "handle")


def type_of(got: Acquisition, word: str, script: Script) -> str:
    """The type of a handle in TypeScript; raises UnfixableError where the call's text does not tell."""
    callee = script.text(got.call.callee)
    if got.call.new:
        arguments = script.at(got.call.start, got.call.end).child_by_field_name("type_arguments")
        return callee + (script.text(arguments) if arguments is not None else "")
    if word in NUMBERS:
        return "number"
    if word == "createObjectURL":
        return "string"
    if got.pair.handle == "disposer":
        return "{ unsubscribe(): void }" if is_subscription(got, script.file) else "(() => void)"
    if re.fullmatch(r"[\w$.]+", callee):
        return f"ReturnType<typeof {callee}>"
    raise UnfixableError


def release_text(got: Acquisition, handle: str, word: str, script: Script, *, certain: bool) -> str:
    """What gives a handle back, without the semicolon. certain: it has a value whenever this runs."""
    release = got.pair.release[0]
    if handle.endswith("[]"):
        return _each(got, handle.removesuffix("[]"), script)
    if got.pair.handle == "argument":
        callee = got.call.callee
        receiver = f"{script.text(callee.value)}." if isinstance(callee, Member) else ""
        call = f"{receiver}{release}({handle})"
        return f"if ({handle}) {call}" if word == "createObjectURL" and not certain else call
    optional = "." if certain else "?."
    if got.pair.handle == "disposer":
        if is_subscription(got, script.file):
            return f"{handle}{optional}unsubscribe()"
        return f"{handle}()" if certain else f"{handle}?.()"
    return f"{handle}{optional}{release}()"


def _each(got: Acquisition, many: str, script: Script) -> str:
    """The same for every handle of a collection."""
    release = got.pair.release[0]
    item = "id" if got.pair.handle == "argument" else "item"
    inner = f"{release}({item})" if got.pair.handle == "argument" else f"{item}.{release}()"
    if got.pair.handle == "disposer":
        inner = f"{item}.unsubscribe()" if is_subscription(got, script.file) else f"{item}()"
    return f"{many}.forEach({script.arrow(item)} {inner})"


def is_subscription(got: Acquisition, file: File) -> bool:
    """Whether what `subscribe` returns is an object of RxJS: a pipe, an observable by name, or one of its classes.

    So it is where the file ends another subscription by `unsubscribe()`.
    """
    callee = got.call.callee
    if not isinstance(callee, Member):
        return False
    receiver = callee.value
    text = file.text(receiver)
    name = file.site(got.call).name or ""
    said = ".pipe(" in text or text.endswith("$") or _OBSERVABLE.search(text) is not None
    return said or "rxjs" in name or b".unsubscribe(" in file.module.source


_OBSERVABLE = re.compile(r"(?i)(?:observ(?:e|er|able)|subject)(?:\(\))?$")  # `row.observe().subscribe(...)`


_RETURN_FUNCTIONS = ("zustand", "redux", "@reduxjs/toolkit", "nanostores", "svelte/store", "valtio", "jotai", "history")


def assumed_of(got: Acquisition, file: File) -> str:
    """A question, as to what the code does not show of a source; "" where nothing is taken for granted."""
    word = got.pair.name
    if word == "subscribe" and ".unsubscribe" not in file.text(got.call):
        name = (file.site(got.call).name or "").partition(":")[0]
        holder = chain(got.call.callee)[-2:-1]
        store = words(holder[0])[-1:] in (("store",), ("history",)) if holder else False
        known = store or is_subscription(got, file) or name in _RETURN_FUNCTIONS
        return "" if known else "does subscribe() return a function that ends the subscription?"
    if word in ("on", "addListener") and not _has_off(got, file):
        return f"has the source {got.pair.release[0]}() beside {word}(), or does {word}() return what ends it?"
    return ""


_EMITTERS = ("events", "node:events", "eventemitter3", "socket.io-client", "mitt", "electron", "ws")


def _has_off(got: Acquisition, file: File) -> bool:
    """Whether a source is known to let a listener go: by its package or its name, or as the file does elsewhere."""
    site = file.site(got.call)
    package = (site.name or "").partition(":")[0]
    holder = chain(got.call.callee)[-2:-1]
    known = bool(holder) and not _LET_GO.isdisjoint(words(holder[0]))
    return known or package in _EMITTERS or any(f".{word}(".encode() in file.module.source for word in got.pair.release)


_LET_GO = frozenset({"socket", "io", "ipc", "renderer", "map", "process"})
