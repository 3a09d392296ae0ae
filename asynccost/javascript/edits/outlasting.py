"""A client that outlasts one use: it is made before the loop, and not closed each time."""

from typing import TYPE_CHECKING

from asynccost.flow.around import above
from asynccost.flow.file import Site
from asynccost.flow.life import Life
from asynccost.flow.tree import Assign, Await, Do, Loop, Name
from asynccost.flow.walk import walk
from asynccost.javascript.edits.endings import UnfixableError
from asynccost.javascript.edits.patch import Patch

if TYPE_CHECKING:
    from asynccost.javascript.edits.script import Cst


def before_loop(site: Site, life: Life, patch: Patch) -> bool:
    """Move what a turn builds before its loop, and what closes it behind; False where there is no such loop."""
    loop = next((up for up in above(site.call) if isinstance(up, Loop)), None)
    made = site.call.parent
    if loop is None or not isinstance(made, Assign) or not any(s is made for s in loop.body):
        return False
    targets = [t for s in loop.body if isinstance(s, Assign) for t in s.targets]
    inside = {n.id for n in walk(*targets) if isinstance(n, Name)}
    inside |= {n.id for n in walk(loop.target, *loop.setup) if isinstance(n, Name)}
    target = made.targets[0]
    if not isinstance(target, Name) or any(isinstance(n, Name) and n.id in inside - {target.id} for n in walk(made)):
        return False
    tree = patch.script
    statement, whole = tree.statement(made), tree.statement(loop)
    closing = [tree.text(tree.statement(c)) for c in life.closed]
    unclosed(life, patch)
    _gone(statement, patch)
    patch.before(whole, tree.flat(statement))
    patch.after(whole, *dict.fromkeys(closing))
    return True


def unclosed(life: Life, patch: Patch) -> None:
    """The calls that close it each time go: it serves the next call as well."""
    tree = patch.script
    for call in life.closed:
        up = call.parent
        if isinstance(up, Await):
            up = up.parent
        if not isinstance(up, Do):
            raise UnfixableError
        statement = tree.statement(call)
        around = statement.parent
        if around is None or around.type != "statement_block" or around.named_child_count < 2:
            raise UnfixableError
        _gone(statement, patch)


def _gone(statement: "Cst", patch: Patch) -> None:
    """Take a statement out with its line."""
    tree = patch.script
    behind = tree.text((statement.end_byte, tree.line_end(statement.end_byte)))
    if not tree.starts_line(statement.start_byte) or behind:
        raise UnfixableError
    end = tree.source.find(b"\n", statement.end_byte) + 1
    patch.replace(tree.line_start(statement.start_byte), end or len(tree.source), "")
