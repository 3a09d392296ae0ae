"""Who ends an object that got a method for its end: the object of the same file that holds it."""

from dataclasses import dataclass

from asynccost.flow.around import class_around
from asynccost.flow.effects.ends import ends_of
from asynccost.flow.file import File, Site
from asynccost.flow.tree import Assign, Class, Function, Member, Name
from asynccost.python.codemod.classes import extend_method
from asynccost.python.codemod.patch import Patch


@dataclass(slots=True, frozen=True)
class Holder:
    """An object that keeps another in `self.<attr>`, and the method by which it ends. sure: the attribute always
    holds it."""

    cls: Class
    attr: str
    method: Function
    sure: bool

    @property
    def ends(self) -> str:
        """The method, as people call it."""
        return f"{self.cls.name}.{self.method.name}()"


def holder_of(cls: Class, file: File, *, is_async: bool) -> Holder | None:
    """The one object that makes and keeps objects of a class, where the file makes them at one place only.

    is_async: the method that ends it has to be a coroutine.
    """
    made = [s for s in file.calls if file.names.cls(s.name) is cls]
    if len(made) != 1:
        return None
    site = made[0]
    owner, attr = class_around(site.function), _kept(site)
    if owner is None or owner is cls or not attr:
        return None
    known = _begins(owner, attr)
    ends = [owner.methods[name] for name in ends_of(owner, file) if name in owner.methods]
    ends = [m for m in ends if m.kind == "method" and m.is_async >= is_async and m.params and not m.is_generator]
    first = site.function.owner is owner and site.function.name == "__init__"
    if not ends or not (first or known) or _closes(ends[0], attr, file):
        return None
    return Holder(owner, attr, ends[0], first)


def wire(patch: Patch, holder: Holder, closing: str) -> None:
    """Let the holder end it. closing: the call, without the object: `await {}.close()`."""
    attr = f"self.{holder.attr}"
    line = closing.format(attr)
    unit = patch.layout.unit(holder.method)
    lines = [line] if holder.sure else [f"if {attr} is not None:", f"{unit}{line}"]
    extend_method(patch, holder.method, lines)


def _kept(site: Site) -> str:
    up = site.call.parent
    target = up.targets[0] if isinstance(up, Assign) and len(up.targets) == 1 and up.value is site.call else None
    own = isinstance(target, Member) and isinstance(target.value, Name) and target.value.id == "self"
    return target.attr if own and isinstance(target, Member) else ""


def _begins(owner: Class, attr: str) -> bool:
    """Whether an attribute has a value from the start."""
    init = owner.methods.get("__init__")
    fields = {t.id for s in owner.body if isinstance(s, Assign) and s.value for t in s.targets if isinstance(t, Name)}
    targets = [t for s in (init.body if init else ()) if isinstance(s, Assign) for t in s.targets]
    return attr in fields or any(isinstance(t, Member) and t.attr == attr for t in targets)


def _closes(end: Function, attr: str, file: File) -> bool:
    """Whether a method ends what the attribute holds already."""
    calls = end.index.calls if end.index else []
    return any(file.text(c.callee).startswith(f"self.{attr}.") for c in calls)
