"""A client that is built anew on purpose, or where building it hardly matters: what the code around it says."""

import re
from collections.abc import Iterator

from asynccost.flow.around import above
from asynccost.flow.facts.entries import seldom
from asynccost.flow.file import File, Site
from asynccost.flow.intent import COMMENT, documentation
from asynccost.flow.life import Life
from asynccost.flow.sessions.oneshot import pauses
from asynccost.flow.tree import (
    Argument,
    Call,
    Collection,
    Comprehension,
    Constant,
    Expr,
    Function,
    If,
    Loop,
    Member,
)
from asynccost.flow.walk import walk
from asynccost.flow.words import chain, words

_ABOVE = 800  # bytes of comment above a place that still speak of it
_COMMENT = re.compile(rf"{COMMENT}[^\n]*", re.M)
_OWN = re.compile(  # what each event loop, thread or process needs of its own
    r"\b(?:each|every|per|own|fresh|different|separate|another|across|between|multiple|several)[ -]"
    r"(?:event[ -]?loops?|loops?|threads?|process(?:es)?|workers?|forks?)\b|\bafter (?:a )?fork|\bnot thread[- ]?safe"
    r"|\b(?:bound|tied|attached|belongs?) to (?:\w+\s+){0,3}(?:event )?loop|\bevent loop is closed",
    re.I,
)
_ANEW = re.compile(
    r"\b(?:fresh|new|separate|dedicated|isolated|own|short[- ]lived|throw[- ]?away|one[- ]off)\s+(?:\w+\s+){0,3}"
    r"(?:client|session|connection|pool|engine)s?\b[^\n]*"
    r"\b(?:avoid|because|since|so that|so as|to prevent|instead|rather)"
    r"|\b(?:re-?creat|re-?build|re-?open)\w*\s+(?:\w+\s+){0,3}(?:client|session|connection|pool|engine)s?\b[^\n]*"
    r"\b(?:avoid|because|since|so that|to prevent)"
    r"|\b(?:one[- ]time|single) use\b|\bretr\w+ on an? (?:fresh|new) connection"
    r"|\b(?:avoid|prevent|do not|don't|never|not|rather than)\s+(?:\w+\s+){0,3}(?:shar|reus|cach)\w*"
    r"|\b(?:instantiated|created|built|made|opened)\s+(?:\w+\s+){0,2}(?:each|every|per)[ -](?:request|call|time)\b"
    r"[^.]*\b(?:so that|because|since|to avoid)",
    re.I,
)
_SPEAKS = re.compile(r"client|session|connection|engine|pool\b", re.I)
_LOCAL = re.compile(  # a branch of development, by what it asks
    r"""(?:==|===|\bin\b)\s*[\[({]?\s*["'](?:local|localhost|localstack|dev|devel|development|debug|offline)["']"""
    r"""|["']AWS_(?:EXECUTION_ENV|LAMBDA_FUNCTION_NAME)["']\s+not\s+in\b"""
    r"""|\b(?:is|in|use|using)_?(?:local|localstack|dev|development|emulator|offline)(?:_(?:mode|env|environment))?\b""",
    re.I,
)
_NO_LOCAL = re.compile(r"!==?|\bnot\s+(?!in\b)|!\s*\w")
_KEYS = frozenset({"aws_access_key_id", "aws_secret_access_key", "secretAccessKey", "accessKeyId"})


def on_purpose(file: File, site: Site) -> bool:
    """Whether a comment at the place, or the function's documentation, says why the client is not kept."""
    told = documentation(site.function)
    return _says_why(comments(file, site)) or (_SPEAKS.search(told) is not None and _says_why(told))


def comments(file: File, site: Site) -> str:
    """What the comments above a call say, back to an empty line."""
    source, call = file.module.source, site.call
    begin = max(site.function.start, call.start - _ABOVE, source.rfind(b"\n\n", 0, call.start))
    return " ".join(_COMMENT.findall(source[begin : call.end].decode("utf-8", "replace")))


def _says_why(text: str) -> bool:
    return bool(text) and (_OWN.search(text) is not None or _ANEW.search(text) is not None)


_DEPLOYS = re.compile(rb"""["']ResourceProperties["']|\.ResourceProperties\b|\bcfnresponse\.""")


def at_deployment(file: File, function: Function) -> bool:
    """Whether a function answers the cloud that sets up a stack: it runs once for each change of that."""
    return _DEPLOYS.search(file.module.source, function.start, function.end) is not None


_TERMINAL = frozenset({"click.echo", "click.secho", "typer.echo", "typer.secho"})


def at_terminal(file: File, function: Function) -> bool:
    """Whether a function speaks to who has started the program, as a command line does that is over in a while."""
    calls = function.index.calls if function.index else ()
    return any(isinstance(c.callee, Member) and file.site(c).name in _TERMINAL for c in calls)


def asked_once(file: File, site: Site, life: Life) -> bool:
    """Whether all that a client is asked for is whether it answers, or a secret: a health check, a start."""
    seldom = frozenset(file.knowledge.table("clients")["seldom"]["asked"])
    used = [*life.reads, *([site.call] if life.kind == "temporary" else [])]
    asked = [up for read in used if isinstance(up := read.parent, Member) and isinstance(up.parent, Call)]
    said = [_asked_for(up) for up in asked if not up.attr.endswith("close")]
    return bool(said) and all(word in seldom for word in said)


def _asked_for(member: Member) -> str:
    """`get_secret_value` of `client.get_secret_value()`; `GetSecretValueCommand` of `client.send(new ...)`."""
    call = member.parent
    given = call.arguments[0].value if isinstance(call, Call) and call.arguments else None
    sent = isinstance(given, Call) and given.new and member.attr == "send"
    return chain(given.callee)[-1] if sent and isinstance(given, Call) else member.attr


def waits_for_a_start(file: File, function: Function, loop: Loop | Comprehension) -> bool:
    """`is_url_reachable`, or a loop of `start_download` that sleeps until something has come up: it runs once."""
    if not isinstance(loop, Loop) or loop.kind != "while":
        return False
    if not _STARTED.isdisjoint(words(function.name)):
        return True
    return not isinstance(loop.test, Constant) and seldom(file, function) is not None and pauses(loop, file)


def polls_slowly(loop: Loop | Comprehension) -> bool:
    """Whether a loop that goes on for ever sleeps half a minute or longer: what it opened is closed by then."""
    if not isinstance(loop, Loop) or loop.kind != "while":
        return False
    sleeps = (n for n in walk(*loop.body) if isinstance(n, Call) and chain(n.callee)[-1] == "sleep" and n.arguments)
    given = [sleep.arguments[0].value for sleep in sleeps]
    known = [g.value for g in given if isinstance(g, Constant) and isinstance(g.value, (int, float))]
    return any(seconds >= _LONG for seconds in known)


_LONG = 30  # seconds: servers and clients keep an idle connection for 5 to 20
_STARTED = frozenset({"reachable", "ready", "alive", "healthy", "online", "readiness"})


def for_development(file: File, call: Call) -> bool:
    """Whether a client is built for a developer's own machine alone: by its keys, or the branch that it stands in."""
    if any(isinstance(value, Constant) and value.value for value in _keys(call)):
        return True
    for up in above(call):
        if isinstance(up, If) and any(s.start <= call.start < s.end for s in up.body):
            test = file.text(up.test)
            if _LOCAL.search(test) and not _NO_LOCAL.search(test):
                return True
    return False


def _keys(call: Call) -> Iterator[Expr]:
    """What a cloud's client is given as its keys."""
    for node in walk(call):
        if isinstance(node, Argument) and node.keyword in _KEYS:
            yield node.value
        elif isinstance(node, Collection) and node.kind == "dict":
            pairs = zip(node.keys, node.items, strict=True)
            yield from (value for key, value in pairs if isinstance(key, Constant) and key.value in _KEYS)
