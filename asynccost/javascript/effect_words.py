"""Whether a script may have effects, and acquire something in them, by its words."""

import re

from asynccost.javascript.text import Text

_ANGULAR = ("Component", "Directive", "ngOnDestroy")


def may_hook(text: Text, aside: str = "") -> bool:
    """Whether a script may have an effect that a hook sets up, by its words; not one of the framework aside."""
    table = text.knowledge.table("lifecycles")["hooks"]
    hooks = {name.rpartition(":")[2].rpartition(".")[2] for name, row in table.items() if row["framework"] != aside}
    custom = aside != "React" and b"Effect" in text.source
    return custom or b"$effect" in text.source or not hooks.isdisjoint(text.words)


def may_set_up(text: Text) -> bool:
    """Whether a script may have an effect of any kind, by its words."""
    table = text.knowledge.table("lifecycles")
    ends = table["plain"]["ends"] if "class" in text.words else ()
    return may_hook(text) or not text.words.isdisjoint((*table["methods"], *table["options"], *_ANGULAR, *ends))


def may_acquire(text: Text) -> bool:
    """Whether a script may begin a pair of the table, by its words."""
    table = text.knowledge.table("pairs")
    methods = "|".join(map(re.escape, table["methods"])).encode()
    taken = re.search(rb"\b(?:%s)\s*(?:\?\.)?[(<]" % methods, text.source) is not None
    return taken or text.may_name(table["calls"]) or text.may_name(table["classes"])
