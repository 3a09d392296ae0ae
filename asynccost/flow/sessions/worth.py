"""What the names of a function say of a client that it builds: whether to keep it would be worth anything.

The words stand in `rules/knowledge/seldom.toml`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from asynccost.flow.file import File
from asynccost.flow.linked.project import Project
from asynccost.flow.words import words

_NEAR = 2  # parts of a path that say what its functions are for


def files_beside(known: File | Project) -> frozenset[str]:
    """The words of a file beside the text: an image, an attachment."""
    return frozenset(known.knowledge.table("seldom")["files"]["words"])


def worth_of(known: File | Project) -> "Worth":
    """What names say, by the tables of a file or a project."""
    return Worth(known.knowledge.table("seldom")["worth"], files_beside(known))


class Worth:
    """Asked what a name says."""

    def __init__(self, table: Mapping[str, Any], files: frozenset[str]) -> None:
        self._words = {key: frozenset(said) for key, said in table.items()}
        self._files = files

    def _met(self, key: str, said: Iterable[str]) -> bool:
        return not self._words[key].isdisjoint(said)

    def takes_long(self, name: str) -> bool:
        """Whether a function sets off work of minutes, a build or a cluster: a client is nothing beside it."""
        said = words(name)
        if self._met("long", said):
            return True
        own = words(name.rpartition(".")[2])
        if "convert" in own[:1] and self._met("papers", own[1:]):
            return True
        if "parse" in own and {"document", "parser"}.issubset(said):
            return True
        if "build" in own and (own[-1] == "build" or self._met("built", own)):
            return True
        return self._met("changes", own[:2]) and self._met("machinery", own[1:])

    def manages(self, name: str) -> bool:
        """`delete_thread`, `revoke_remote`, `list_available_models`: what a person does now and then."""
        own = words(name.rpartition(".")[2])
        if self.lists_models(name) or own[-1:] == ("share",):
            return True
        return self._met("seldom", own[1:2] if own[:1] == ("force",) else own[:1])

    def lists_models(self, name: str) -> bool:
        """`list_available_models`, `auto_detect_models`: a page or two, for whoever sets the program up."""
        own = words(name.rpartition(".")[2])
        if own[:2] == ("list", "available") or own[-2:] == ("model", "list"):
            return True
        return own[-1:] == ("models",) and self._met("asks_for", own[:2])

    def administers(self, name: str) -> bool:
        """`delete_api_key`, `remove_member`, `rotate_key`: what an administrator does, one by one."""
        own = words(name.rpartition(".")[2])
        if self._met("makes", own[:1]):
            return not {"key", "keys", "secret"}.isdisjoint(own)
        return self._met("seldom", own[:1]) and self._met("administered", own[-1:])

    def looks_up(self, name: str) -> bool:
        """`get_issue`, `fetchMembers`, `create_database`: one thing is asked for, or made, by its name."""
        own = words(name.rpartition(".")[2])
        return len(own) > 1 and self._met("looks_up", own[:1])

    def looks_after(self, name: str) -> bool:
        """`check_api_key`, `get_releases`, `get_latest_vers`, `get_public_ip`: what settings, or a start, ask."""
        own = words(name.rpartition(".")[2])
        if self._met("state", own[-1:]) or "marketplace" in own or self._met("shows", words(name.rpartition(".")[0])):
            return True
        if "latest" in own and self._met("releases", own):
            return True
        if self._met("able", own) or (own[-1:] == ("ip",) and self._met("own", own)):
            return True
        return self._met("proves", own[:1]) and self._met("means", own[1:])

    def now_and_then(self, path: str, name: str, caller: str = "") -> str:
        """The word of a function or of the end of its path that says that a person sets it off, seldom; "" if none.

        `login`, `invite`, `billing`: whatever they cost, they cost it once a month.
        caller: what is said of who calls it, `@oauth_router.post says that it answers web requests`.
        """
        if words(name.rpartition(".")[2]) == ("verify", "token"):
            return ""  # of every request that carries one
        near = [part.partition(".")[0] for part in path.split("/")[-_NEAR:]]
        parts = (name.rpartition(".")[2], *near, caller)
        if "market" in words(parts[0]) and any(self._met("offered", words(part)) for part in near):
            return "market"  # of plugins: who runs the program looks there for more
        return next((word for part in parts for word in words(part) if word in self._words["clicks"]), "")

    def discovers(self, path: str) -> bool:
        """`models/discovery.py`: what a page asks to offer a choice, now and then."""
        return any(self._met("discovers", words(part.partition(".")[0])) for part in path.split("/")[-_NEAR:])

    def reports(self, name: str) -> bool:
        """Whether a function tells how the program is used: nobody waits for it, and it sends seldom."""
        return self._met("reports", words(name)) and self._met("sends", words(name.rpartition(".")[2]))

    def notifies(self, name: str) -> bool:
        """`anotify`, `send_notification`: what tells somebody that something happened, seldom."""
        return self._met("notifies", words(name.rpartition(".")[2]))

    def fetches_a_file(self, name: str) -> bool:
        """`download_image(url)`, `upload_file(path)`: a file beside the text, wherever it lies."""
        own = words(name.rpartition(".")[2])
        return not self._files.isdisjoint(own) or self._met("file", own)

    def reads_messages(self, name: str) -> bool:
        """`convert_message`, `MarkdownParser.parse`: a loop over the parts of one text, of which few are files."""
        return self._met("texts", words(name))
