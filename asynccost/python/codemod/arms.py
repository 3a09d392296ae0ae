"""A client that one arm of an `if` gives to a name, where the other arms give it clients of their own."""

from asynccost.flow.clients import built
from asynccost.flow.file import File
from asynccost.flow.repeat import work_loops
from asynccost.flow.tree import If, Node
from asynccost.python.codemod.building import Building, building


def other_arms(made: Building, file: File) -> list[Building]:
    """The clients that the name holds where another arm of the same `if` ran."""
    whole = _whole(made.statement)
    if whole is None:
        return []
    sites = ((site, client) for site, client in built(file) if site.function is made.function)
    others = [one for site, client in sites if (one := building(site, client)) is not None]
    return [
        one for one in others
        if one.name == made.name and one.call is not made.call and _whole(one.statement) is whole
    ]


def half_a_choice(made: Building, kept: list[Building], file: File) -> str:
    """A question where some arms would keep their client and others not, or the whole choice could leave a loop."""
    others = other_arms(made, file)
    if others and work_loops(file, made.call):
        return "should the choice be made once, before the loop?"
    calls = {id(one.call) for one in kept}
    left = next((one for one in others if id(one.call) not in calls), None)
    return f"should the {left.client.short} of the other arm be kept as well?" if left is not None else ""


def _whole(statement: Node) -> If | None:
    """The first `if` of the `elif`s in whose arms a statement stands."""
    whole = statement.parent if isinstance(statement.parent, If) else None
    while whole is not None and isinstance(up := whole.parent, If) and up.orelse == [whole]:
        whole = up
    return whole
