"""Angular's own end for a subscription: `source.pipe(takeUntilDestroyed(this.destroyRef)).subscribe(...)`."""

import re

from asynccost.flow.around import use_of
from asynccost.flow.effects.acquisitions import Acquisition
from asynccost.flow.effects.leaks import Verdict
from asynccost.flow.file import File
from asynccost.flow.tree import Call, Class, Function, Member
from asynccost.javascript.edits.endings import class_body
from asynccost.javascript.edits.handle_texts import is_subscription
from asynccost.javascript.edits.imports import imported, imported_beside
from asynccost.javascript.edits.patch import Patch

_OPERATOR = "@angular/core/rxjs-interop:takeUntilDestroyed"
_OLDER = frozenset({"@ngneat/until-destroy:untilDestroyed", "ngx-take-until-destroy:untilDestroyed"})
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
    until = next((local for local, name in file.module.imports.items() if name in _OLDER), "")
    marked = isinstance(scope, Class) and any("UntilDestroy(" in file.text(d) for d in scope.decorators)
    if until and marked and isinstance(callee, Member) and isinstance(scope, Class):
        return _sees_object(scope, got.function) and _piped(got, callee, f"{until}(this)", file, patch)
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
    return _piped(got, callee, f"{operator}({given})", file, patch)


def _piped(got: Acquisition, callee: Member, end: str, file: File, patch: Patch) -> bool:
    """Put an operator behind the others of a pipe, or into one of its own; False for what is no subscription."""
    if callee.attr != "subscribe" or not is_subscription(got, file) or use_of(got.call).kind != "dropped":
        return False
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
    if not _sees_object(cls, function):
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


def _sees_object(cls: Class, function: Function) -> bool:
    """Whether `this` is the object of a class in a function: arrows only, up to a method."""
    here: Function | None = function
    while here is not None and here.owner is None and here.kind == "arrow":
        here = here.scope
    return here is not None and here.owner is cls
