"""Paths -> templates that hold no secret: "/v1/users/8f3a" is "/v1/users/{}".

A segment survives only if it looks like a word (`_WORD`: no capitals, no digits but a version's, a vowel in each part)
and is either a word that APIs commonly use (`COMMON`) or was followed by several different segments, as the name of a
collection is and a token is not, and stands among few siblings. Everything else is "{}".
Both are known only after a while, so a Route tells its template when it is asked, not when it is made. Query strings
and fragments are dropped before anything is kept.

URLs that a program asks for in a row mostly differ in their last segment: what stands before it, a stem, is remembered.
"""

from __future__ import annotations

import re

from asynccost.probe.urls import split

SEVERAL = 3  # different followers make a word the name of a collection
MOST_SIBLINGS = 4  # words beside it that APIs do not commonly use; more, and they are values
MOST_FOLLOWERS = 32  # kept in memory
MOST_ROUTES = 2_000
MOST_ORIGINS = 500
MOST_SEGMENTS = 12
MOST_STEMS = 2_048  # remembered as they were sent, in memory only
LONGEST_STEM = 512  # characters
_WORD = re.compile(
    r"(?:v\d{1,2}|(?=[a-z]{0,15}[aeiouy])[a-z]{2,16}(?:[-_.:](?=[a-z]{0,15}[aeiouy])[a-z]{2,16}){0,3})\Z"
)

COMMON = frozenset(
    """
    accounts admin agents answers api apis app apps articles assets assistants audio auth batch batches beta billing
    blocks bulk calendar catalog categories channels chat check classify collections comments commits companies
    completion completions config contacts content converse converse-stream count count-tokens countries courses
    customers data databases deployments devices docs documents download edits embed embedding embeddings endpoint
    events export features feed feedback files fine-tuning forecast forms forums generate generate-content
    generations graph graphql groups health healthcheck healthz history home hooks images import index info
    inventory invocations invoices invoke invoke-with-response-stream issues items jobs labels languages latest
    limits locations login logout logs members messages metadata metrics models moderations modules movies nodes
    notifications oauth objects openai options orders organizations orgs pages payments people photos ping plans
    posts predict prices pricing products profile projects prompts publish pulls queries query rates ready records
    refs register releases render repos repositories rerank resources responses rest results reviews roles rooms rpc
    rules runs schema search services sessions settings shops sites slow stats status stores streams subjects submit
    subscriptions summary sync tables tags tasks teams tenants threads tickets tokenize tools topics traces
    transcriptions translate translations types upload uploads usage users validate vector-stores vectors verify
    versions videos vision weather webhooks workflows workspaces
    """.split()  # noqa: SIM905 - one word a line would be four pages
)


class Route:
    """One shape of a path: a node of the tree of an origin's segments."""

    __slots__ = ("followers", "name", "parent", "root", "several")

    def __init__(self, name: str, parent: Route | None) -> None:
        """Nothing has followed it yet."""
        self.name, self.parent = name, parent
        self.root: Route = parent.root if parent else self
        self.followers: dict[str, Route] = {}
        self.several: set[int] = set()  # hashes of up to SEVERAL segments that followed

    def template(self) -> str:
        """The path, with "{}" for what may be a value."""
        parts: list[str] = []
        node = self
        while node.parent is not None:
            parts.append(node.name if node._survives(node.parent) else "{}")
            node = node.parent
        return "/" + "/".join(reversed(parts))

    def _survives(self, parent: Route) -> bool:
        if self.name in ("", "{}"):
            return True
        if _version(self.name) or self.name in COMMON:
            return True
        beside = sum(1 for name in parent.followers if name != "{}" and name not in COMMON)
        return len(self.several) >= SEVERAL and beside <= MOST_SIBLINGS


End = tuple[str, Route]  # origin and route of a URL


class Stem:
    """What stands before the last segment of URLs."""

    __slots__ = ("depth", "ends", "origin", "route")

    def __init__(self, origin: str, route: Route, depth: int) -> None:
        """So many segments below an origin."""
        self.origin, self.route, self.depth = origin, route, depth
        self.ends: dict[str, End] = {}  # by the name of the last segment's route


class Routes:
    """The trees of all origins."""

    def __init__(self) -> None:
        """No path has been seen."""
        self._origins: dict[str, Route] = {}
        self._stems: dict[str, Stem] = {}
        self._count = 0

    def find(self, url: str) -> End:
        """Origin and route of a URL; query and fragment are ignored."""
        if "?" in url:
            url = url.partition("?")[0]
        if "#" in url:
            url = url.partition("#")[0]
        stem, _, segment = url.rpartition("/")
        at = self._stems.get(stem)
        if at is None:
            if _is_root(url):  # a host alone, whose path is "/"
                stem, segment = url, ""
            at = self._stem(stem)
        if at.depth == MOST_SEGMENTS:
            return at.origin, at.route
        name = segment if not segment or _WORD.match(segment) else "{}"
        end = at.ends.get(name)
        if end is None or len(at.route.several) < SEVERAL:
            end = at.origin, self._below(at.route, segment, name)
            if end[1].name == name:  # else there are too many to remember
                at.ends[name] = end
        return end

    def _stem(self, text: str) -> Stem:
        """What is known of a stem; made from the one above it."""
        known = self._stems.get(text)
        if known is None:
            known = self._new(text)
            if len(text) <= LONGEST_STEM:
                if len(self._stems) >= MOST_STEMS:
                    self._stems.clear()
                self._stems[text] = known
        return known

    def _new(self, text: str) -> Stem:
        if _is_root(text):
            origin = split(text)[0] if text else ""
            return Stem(origin, self._root(origin), 0)
        short = "/".join(text.split("/", MOST_SEGMENTS + 3)[: MOST_SEGMENTS + 3])  # what follows tells nothing
        above, _, segment = short.rpartition("/")
        at = self._stem(above)
        if at.depth == MOST_SEGMENTS:
            return at
        name = segment if not segment or _WORD.match(segment) else "{}"
        return Stem(at.origin, self._below(at.route, segment, name), at.depth + 1)

    def _below(self, route: Route, segment: str, name: str) -> Route:
        if len(route.several) < SEVERAL:
            route.several.add(hash(segment))
        return self._follower(route, name)

    def _root(self, origin: str) -> Route:
        if origin not in self._origins and len(self._origins) >= MOST_ORIGINS:
            origin = ""
        return self._origins.setdefault(origin, Route("", None))

    def _follower(self, node: Route, name: str) -> Route:
        known = node.followers.get(name)
        if known is not None:
            return known
        many = len(node.followers) > MOST_FOLLOWERS and name not in COMMON
        if (many or self._count >= MOST_ROUTES) and name != "{}":
            return self._follower(node, "{}")
        self._count += 1
        return node.followers.setdefault(name, Route(name, node))


def _is_root(url: str) -> bool:
    """Whether this is no more than scheme and host."""
    _, mark, rest = url.partition("://")
    return "/" not in rest if mark else not url


def _version(name: str) -> bool:
    return name[:1] == "v" and name[1:].isdigit()
