"""Whether a script may hand an async function to a method of an array, by its words."""

import re
from typing import TYPE_CHECKING

from asynccost.flow.reach import wraps

if TYPE_CHECKING:
    from asynccost.javascript.text import Text

_HANDED = (
    rb"\.(?:%s)\s*(?:<[^()]*>)?\s*(?:\?\.)?\(\s*(?:\(*\s*(async\b)\s*(?:\(|<)?|([\w$.#]++)(?!\s*=>)\s*(\(|<)?)"
)
_WAITED = re.compile(
    rb"Promise\s*\.\s*(?:all|allSettled|any|race)\s*\(\s*[\w$.?!\[\]]+\s*\??\.(?:map|flatMap)\(\s*async\b\s*(?:\(|<)?"
)


def hands_callbacks(text: "Text") -> bool:
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
