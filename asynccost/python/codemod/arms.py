"""A client that one arm of an `if` gives to a name, where the other arms give it clients of their own."""

from asynccost.flow.around import statement_of
from asynccost.flow.clients import built
from asynccost.flow.file import File
from asynccost.flow.repeat import work_loops
from asynccost.flow.tree import Assign, Call, If, Name, Node
from asynccost.python.codemod.building import Building


def half_a_choice(made: Building, kept: list[Building], file: File) -> str:
    """A question where some arms would keep their client and others not, or the whole choice could leave a loop."""
    others = _other_arms(made, file)
    if others and work_loops(file, made.call):
        return "should the choice be made once, before the loop?"
    calls = {id(one.call) for one in kept}
    left = next((what for call, what in others if id(call) not in calls), "")
    return f"should the {left} of the other arm be kept as well?" if left else ""


def _other_arms(made: Building, file: File) -> list[tuple[Call, str]]:
    """The clients that the name holds where another arm of the same `if` ran: `client = Client() if key else None`."""
    whole = _whole(made.statement)
    found = []
    for site, client in built(file) if whole is not None else ():
        up = statement_of(site.call)
        given = up.targets if isinstance(up, Assign) else []
        same = any(isinstance(t, Name) and t.id == made.name for t in given)
        if same and up is not made.statement and site.function is made.function and _whole(up) is whole:
            found.append((site.call, client.short))
    return found


def _whole(statement: Node) -> If | None:
    """The first `if` of the `elif`s in whose arms a statement stands."""
    whole = statement.parent if isinstance(statement.parent, If) else None
    while whole is not None and isinstance(up := whole.parent, If) and up.orelse == [whole]:
        whole = up
    return whole
