"""What a script may hold, by its words: effects, what they acquire, and async functions handed to an array's method."""

import re

from asynccost.flow.reach import wraps
from asynccost.javascript.text import Text

_ANGULAR = ("Component", "Directive", "ngOnDestroy")
_HANDED = (
    rb"\.(?:%s)\s*(?:<[^()]*>)?\s*(?:\?\.)?\(\s*(?:\(*\s*(async\b)\s*(?:\(|<)?|([\w$.#]++)(?!\s*=>)\s*(\(|<)?)"
)
_WAITED = re.compile(
    rb"Promise\s*\.\s*(?:all|allSettled|any|race)\s*\(\s*[\w$.?!\[\]]+\s*\??\.(?:map|flatMap)\(\s*async\b\s*(?:\(|<)?"
)


def may_hook(text: Text, aside: str = "") -> bool:
    """Whether a script may have an effect that a hook sets up; not one of the framework aside."""
    table = text.knowledge.table("lifecycles")["hooks"]
    hooks = {name.rpartition(":")[2].rpartition(".")[2] for name, row in table.items() if row["framework"] != aside}
    custom = aside != "React" and b"Effect" in text.source
    return custom or b"$effect" in text.source or not hooks.isdisjoint(text.words)


def may_set_up(text: Text) -> bool:
    """Whether a script may have an effect of any kind."""
    table = text.knowledge.table("lifecycles")
    ends = table["plain"]["ends"] if "class" in text.words else ()
    return may_hook(text) or not text.words.isdisjoint((*table["methods"], *table["options"], *_ANGULAR, *ends))


def may_acquire(text: Text) -> bool:
    """Whether a script may begin a pair of the table."""
    table = text.knowledge.table("pairs")
    methods = "|".join(map(re.escape, table["methods"])).encode()
    taken = re.search(rb"\b(?:%s)\s*(?:\?\.)?[(<]" % methods, text.source) is not None
    return taken or text.may_name(table["calls"]) or text.may_name(table["classes"])


def hands_callbacks(text: Text) -> bool:
    """Whether an array's method may be given an async function, a list of promises that is waited for aside."""
    kinds = text.knowledge.table("tasks")["arrays"]
    methods = "|".join((*kinds["each"], *kinds["map"], *kinds["test"]))
    source, waited = text.source, {said.end() for said in _WAITED.finditer(text.source)}
    for said in re.finditer(_HANDED % methods.encode(), source):
        name = (said[2] or b"").rpartition(b".")[2].decode("utf-8", "replace")
        if said[1] is not None and said.end() not in waited:
            return True
        if name in text.async_names or (said[3] and (name == "bind" or wraps(name))):
            return True
        if said[2] and _is_other(said[2], source):
            return True
    return False


def _is_other(name: bytes, source: bytes) -> bool:
    """`const handler = load`: whether a name stands for another, or for what a wrapper made of one."""
    spelled = re.escape(name.rpartition(b".")[2])
    return re.search(rb"\b%s\b[^=\n]*=\s*[\w$.]+\s*(?:[;,(<\n]|as\b)" % spelled, source) is not None
