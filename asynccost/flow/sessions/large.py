"""Whether a connection to a database carries so much that its handshake is nothing beside it."""

from asynccost.flow.file import File
from asynccost.flow.tree import Function, Member

_COPIES = frozenset({
    "copy", "copy_expert", "copy_to", "copy_from", "copy_from_query", "copy_from_table", "copy_to_table",
    "copy_records_to_table",
})


def copies(file: File, function: Function) -> bool:
    """`cursor.copy("COPY (...) TO STDOUT")`: what copies whole tables takes long, and runs for an export or an import.

    A dict's copy() is given nothing, and that of shutil stands in a module.
    """
    calls = (site for site in file.calls_of(function) if isinstance(site.call.callee, Member))
    return any(
        site.call.arguments and site.call.callee.attr in _COPIES and not (site.name or "").startswith("shutil.")
        for site in calls
        if isinstance(site.call.callee, Member)
    )
