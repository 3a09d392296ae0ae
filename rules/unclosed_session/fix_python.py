"""unclosed-session in Python: a with statement around its use, or a line in the method that ends its object."""

from collections.abc import Iterator

from asynccost.flow.around import class_around
from asynccost.flow.clients import Client, clients
from asynccost.flow.effects.ends import ends_of
from asynccost.flow.file import File, Site, site_at
from asynccost.flow.tree import Assign, Function, Member, Name
from asynccost.model import Edit, Finding, Offer, Safety
from asynccost.python.codemod.classes import extend_method
from asynccost.python.codemod.closing import Local, close, local_at
from asynccost.python.codemod.patch import Patch

_BLOCK = "it is closed when this block is left: what came of it must not be read later"


def fix(finding: Finding, file: File) -> Offer | None:
    """Close it where it is last used, or with its object."""
    found = local_at(file, finding.span)
    if found is not None:
        return Offer(Safety.UNSAFE, _BLOCK, lambda: _closed(file, found))
    site = site_at(file, finding.span)
    return _with_object(site, file) if site is not None else None


def _closed(file: File, one: Local) -> Iterator[Edit]:
    patch = Patch(file)
    close(patch, one)
    return patch.edits()


def _with_object(site: Site, file: File) -> Offer | None:
    """`self.session = Session()` in a class that has a way to end already."""
    client, owner = clients(file).get(site.name or ""), class_around(site.function)
    assign = site.call.parent
    if client is None or owner is None or not isinstance(assign, Assign) or len(assign.targets) != 1:
        return None
    target = assign.targets[0]
    if not isinstance(target, Member) or not isinstance(target.value, Name) or target.value.id != "self":
        return None
    ends = [owner.methods[n] for n in ends_of(owner, file) if n in owner.methods]
    mine = [m for m in ends if m.params and (m.is_async or not client.is_async) and m is not site.function]
    if not mine or any(f".{target.attr}." in file.text(m) for m in ends):
        return None  # an end that says something to it closes it, and what is missing is its caller
    reason = f"{mine[0].name}() closes it: nobody may use the object after that"
    always = site.function.name == "__init__"
    return Offer(Safety.UNSAFE, reason, lambda: _ended(file, client, target.attr, mine[0], always=always))


def _ended(file: File, client: Client, attr: str, method: Function, *, always: bool) -> Iterator[Edit]:
    patch = Patch(file)
    line = f"{'await ' if client.is_async else ''}self.{attr}.{client.close[0]}()"
    guarded = [f"if self.{attr} is not None:", f"{patch.layout.unit(method)}{line}"]
    extend_method(patch, method, [line] if always else guarded)
    return patch.edits()
