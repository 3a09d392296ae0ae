"""A client that owns connections is built where it is thrown away again."""

from collections.abc import Iterator

from asynccost.flow.clients import built
from asynccost.flow.file import File
from asynccost.flow.project import Project
from asynccost.flow.rebuilt import look
from asynccost.flow.recreation import judge
from asynccost.model import Finding, Silence


def check(file: File) -> Iterator[Finding | Silence]:
    """Every client that the file builds."""
    for site, client in built(file):
        if not client.socket:
            yield look(file, site, client)


def settle(finding: Finding, project: Project) -> Finding | Silence:
    """Answer how often the function runs, and who keeps what it returns."""
    return judge(finding, project)
