"""Angular's own end for a subscription: `source.pipe(takeUntilDestroyed(this.destroyRef)).subscribe(...)`."""

import re

from asynccost.flow.around import use_of
from asynccost.flow.file import File
from asynccost.flow.leaks import Verdict
from asynccost.flow.tree import Call, Class, Function, Member
from asynccost.javascript.edits.endings import class_body
from asynccost.javascript.edits.handle_texts import is_subscription
from asynccost.javascript.edits.imports import imported, imported_beside
from asynccost.javascript.edits.patch import Patch

_OPERATOR = "@angular/core/rxjs-interop:takeUntilDestroyed"
_ANGULAR = "@angular/core:Component"
_NEW = {
    _OPERATOR,
    *(f"@angular/core:{name}" for name in ("DestroyRef", "signal", "computed", "effect", "input", "output")),
}
_REQUIRED = re.compile(rb"@Input\(\{\s*required\b")  # of Angular 16, as all of these are
_INJECTED = re.compile(
    r"^\s*(?:(?:private|protected|public|readonly)\s+)*(#?\w+)(?:\s*:\s*DestroyRef)?\s*=\s*inject\(DestroyRef\)", re.M
)
_OWN = "private readonly destroyRef = "
_GIVEN = re.compile(r"(?:private|protected|public|readonly)\s+(\w+)\s*:\s*DestroyRef\b")


def takes_until_destroyed(verdict: Verdict, file: File, patch: Patch) -> bool:
    """Let a subscription end with its component, where the file knows of that; False where it may be too old for it."""
    got, scope = verdict.got, verdict.effect.scope
    names = set(file.module.imports.values())
    callee = got.call.callee
    new = not names.isdisjoint(_NEW) or (_ANGULAR in names and _REQUIRED.search(file.module.source) is not None)
    if not new or not isinstance(scope, Class) or use_of(got.call).kind != "dropped":
        return False
    if not isinstance(callee, Member) or callee.attr != "subscribe" or not is_subscription(got, file):
        return False
    given = _destroy_ref(scope, got.function, file, patch)
    module, _, name = _OPERATOR.partition(":")
    operator = imported_beside(name, module, "@angular/core", file, patch) if given is not None else None
    if operator is None:
        return False
    end = f"{operator}({given})"
    source = callee.value
    if isinstance(source, Call) and isinstance(source.callee, Member) and source.callee.attr == "pipe":
        if not source.arguments:
            return False
        patch.insert(source.arguments[-1].end, f", {end}")
    else:
        patch.insert(source.end, f".pipe({end})")
    return True


def _destroy_ref(cls: Class, function: Function, file: File, patch: Patch) -> str | None:
    """What tells of the end: "" in a constructor, where the framework knows by itself; None where nothing can.

    A class that has none gets one.
    """
    text = file.text(cls)
    found = _INJECTED.search(text) or _GIVEN.search(text)
    here: Function | None = function
    while here is not None and here.owner is None and here.kind == "arrow":
        here = here.scope
    if here is None or here.owner is not cls:
        return None
    if found:
        return f"this.{found[1]}"
    if function.kind == "constructor":
        return ""
    if any(_OWN in added for _, _, added in patch.changes()):
        return "this.destroyRef"
    named = [imported(name, "@angular/core", file, patch) for name in ("DestroyRef", "inject")]
    if None in named or re.search(r"\bdestroyRef\b", text):
        return None
    patch.first(class_body(cls, patch), f"{_OWN}{named[1]}({named[0]}){patch.semi}")
    return "this.destroyRef"
