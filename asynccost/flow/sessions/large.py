"""Whether a connection carries so much that its handshake is nothing beside it: tables, files."""

from asynccost.flow.file import File
from asynccost.flow.life import Life
from asynccost.flow.sessions.addresses import request_of
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


def sends_files(life: Life) -> bool:
    """`session.post(url, files=archive)`: whether all that a client sends are files."""
    sent = [call for read in life.reads if (call := request_of(read)) is not None and call.arguments]
    return bool(sent) and all(any(a.keyword == "files" for a in call.arguments) for call in sent)
