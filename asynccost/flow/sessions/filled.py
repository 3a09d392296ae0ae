"""What a method loads into its object where that is empty: `if not self.data: await self._load()`."""

from asynccost.flow.around import is_guarded
from asynccost.flow.file import site_at
from asynccost.flow.linked.calls import Caller
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.tree import Assign, Function, Member, Name


def fills_when_empty(caller: Caller, made: Def, project: Project) -> bool:
    """Whether a call of a method runs only where an attribute that the method fills was empty."""
    asked, own = project.names.asked.get(caller.by.file["path"]), project.names.asked.get(made.file["path"])
    site = site_at(asked.file, caller.related("").span) if asked is not None else None
    function = own.file.names.definitions.function(made.facts["qualname"]) if own is not None else None
    if site is None or function is None or function.owner is None:
        return False
    callee = site.call.callee
    of_itself = isinstance(callee, Member) and isinstance(callee.value, Name) and callee.value.id == "self"
    return of_itself and any(is_guarded(site.call, attr) for attr in _filled(function))


def _filled(function: Function) -> list[str]:
    """The attributes of its object that a method assigns."""
    assigns = function.index.assigns if function.index is not None else []
    targets = [t for a in assigns for t in (a.targets if isinstance(a, Assign) else [a.target])]
    return [t.attr for t in targets if isinstance(t, Member) and isinstance(t.value, Name) and t.value.id == "self"]
