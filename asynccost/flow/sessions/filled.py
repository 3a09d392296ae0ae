"""What a method loads into its object where that is empty: `if not self.data: await self._load()`."""

from asynccost.flow.around import is_guarded
from asynccost.flow.file import Site, site_at
from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.tree import Assign, Expr, Function, If, Member, Name, Other, Return


def fills_when_empty(caller: Caller, made: Def, project: Project) -> bool:
    """Whether a call of a method runs only where an attribute that the method fills was empty."""
    asked, own = project.names.asked.get(caller.by.file["path"]), project.names.asked.get(made.file["path"])
    site = site_at(asked.file, caller.related("").span) if asked is not None else None
    function = own.file.names.definitions.function(made.facts["qualname"]) if own is not None else None
    if site is None or function is None or function.owner is None:
        return False
    callee = site.call.callee
    of_itself = isinstance(callee, Member) and isinstance(callee.value, Name) and callee.value.id == "self"
    filled = _filled(function)
    return of_itself and any(is_guarded(site.call, attr) or _left_with(attr, site) for attr in filled)


def _left_with(attr: str, site: Site) -> bool:
    """Whether a function is left before a call where an attribute holds something: `if self.data: return self.data`."""
    before = (s for s in site.function.body if isinstance(s, If) and s.end <= site.call.start)
    return any(_holds(test.test, attr) and test.body and isinstance(test.body[-1], Return) for test in before)


def _holds(test: Expr, attr: str) -> bool:
    """`self.data`, `self.data is not None`."""
    if isinstance(test, Other) and test.op in ("is not", "!=") and test.parts:
        test = test.parts[0]
    return isinstance(test, Member) and test.attr == attr and isinstance(test.value, Name) and test.value.id == "self"


def _filled(function: Function) -> list[str]:
    """The attributes of its object that a method assigns."""
    assigns = function.index.assigns if function.index is not None else []
    targets = [t for a in assigns for t in (a.targets if isinstance(a, Assign) else [a.target])]
    return [t.attr for t in targets if isinstance(t, Member) and isinstance(t.value, Name) and t.value.id == "self"]
