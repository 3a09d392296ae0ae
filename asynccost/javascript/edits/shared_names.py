"""What a module's shared client and its maker are called."""

from asynccost.flow.clients import Client, built
from asynccost.flow.file import File, Site
from asynccost.flow.sessions.alike import could_share, key_of
from asynccost.flow.tree import Assign, Member, Name
from asynccost.javascript.edits.names import camel


def names_of(file: File, site: Site, client: Client) -> tuple[str, str]:
    """What keeps it and what makes it: names that neither the file has nor another client before it is given."""
    used = file.module.top.bindings | set(file.module.imports)
    used |= {n.id for f in file.functions if f.index for n in f.index.names}
    key, before = key_of(file, site), []
    for other, kind in sorted(built(file), key=lambda row: row[0].call.start):
        mine = key_of(file, other)
        if other.call.start >= site.call.start:
            break
        if mine != key and mine not in before and could_share(file, other, kind):
            before.append(mine)
            used |= set(_free(_name(other), kind, used))
    return _free(_name(site), client, used)


def _free(base: str, client: Client, used: set[str]) -> tuple[str, str]:
    shared, maker = f"shared{base}", f"create{base}"
    if shared in used or maker in used:
        base = camel("the", client.short).removeprefix("the")
        shared, maker = f"shared{base}", f"create{base}"
    number = 2
    while shared in used or maker in used:
        shared, maker, number = f"shared{base}{number}", f"create{base}{number}", number + 1
    return shared, maker


def _name(site: Site) -> str:
    """A base for names: the variable that takes it, else its class."""
    up: object = site.call.parent
    if isinstance(up, Assign) and isinstance(up.targets[0], Name):
        name = up.targets[0].id
    else:
        callee = site.call.callee
        name = callee.attr if isinstance(callee, Member) else callee.id if isinstance(callee, Name) else "client"
        name = name.removeprefix("create")
    return f"{name[:1].upper()}{name[1:]}"
