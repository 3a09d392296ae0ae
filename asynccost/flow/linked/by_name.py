"""Methods that a loop calls by name on what nobody can tell the class of: `for stream in self.streams: stream.poll()`.

The names of the project answer who calls a function where a resolved name says so. Objects of a list, or those that a
caller hands in, have none; but a method's name that only a few classes of the project have, or one family of classes,
leaves no doubt whose method is meant.
"""

import re

from asynccost.flow.around import above
from asynccost.flow.facts.entries import entry_of, seldom
from asynccost.flow.file import File, Site, is_test
from asynccost.flow.linked.heat import Heat
from asynccost.flow.linked.linking import Def
from asynccost.flow.linked.project import Project
from asynccost.flow.repeat import work_loops
from asynccost.flow.tree import Call, Comprehension, Member, Name
from asynccost.flow.words import chain, words
from asynccost.model import Related

_HOPS = 3
_FEW = 3  # classes that may have nothing but a method's name in common
_ANY = frozenset({"ABC", "Protocol", "Generic", "object", "BaseModel", "Enum", "NamedTuple", "TypedDict"})  # no kin
_COLD = frozenset({"test", "script", "once", "cached", "rare", "event", "effect"})


def in_turns(project: Project, made: Def) -> Heat | None:
    """How often a function runs where it, or a method that calls it, is called by name in a loop; None if it is not."""
    level: list[tuple[Def, tuple[Related, ...]]] = [(made, ())]
    seen = {made.place}
    for _ in range(_HOPS):
        further = []
        for one, way in level:
            if project.heats.entry(one) is not None or one.facts["seldom"]:
                continue
            if (place := _turn(project, one)) is not None:
                return Heat(True, "loop", place.message, (*way, place))
            for caller in project.calls.callers(one):
                if caller.by.place not in seen and not caller.call["cold"]:
                    seen.add(caller.by.place)
                    who = caller.by.facts["qualname"]
                    step = caller.related(f"{who}() calls {one.facts['qualname']}()")
                    further.append((caller.by, (*way, step)))
        level = further
    return None


def _turn(project: Project, made: Def) -> Related | None:
    """The call of a method by its name in a loop, if there is one."""
    owner, _, name = made.facts["qualname"].rpartition(".")
    if not made.facts["owner"] or owner != made.facts["owner"] or name.startswith("__"):
        return None
    own = _singular_words(" ".join(_kinship(made)))
    plain = len(words(name)) == 1
    for path, said_there in _spelling(project, name):
        if plain and not any(own & said for said in said_there):
            continue  # nothing need be lowered to say so
        for place, said in _turns(project, path, name):
            if (own & said or not plain) and _is_sure(project, made, name, bool(own & said)):
                return place
    return None


def _spelling(project: Project, name: str) -> list[tuple[str, list[frozenset[str]]]]:
    """The files that call a method of a name on something, in the order of their paths, each with the words for it."""
    table = project.memo(_spelt)
    if name not in table:
        asked = project.names.asked
        said = ((path, _spelled(asked[path].source, name)) for path in sorted(asked) if not is_test(path))
        table[name] = [(path, words_there) for path, words_there in said if words_there]
    return table[name]


def _spelt(_: Project) -> dict[str, list[tuple[str, list[frozenset[str]]]]]:
    """What was asked already: a name is looked for once in a project, however many classes have a method of it."""
    return {}


_RECEIVER = re.compile(rb"(\w+)(?:\[[^\[\]\n]*\]|\([^()\n]*\))?\Z")


def _spelled(source: bytes, name: str) -> list[frozenset[str]]:
    """What stands before a method's name where it is called: `self.engines[0].ask(` -> engine."""
    called, found, end = b".%s(" % name.encode(), [], 0
    at = source.find(called)
    while at >= 0:
        begin = max(source.rfind(b"\n", 0, at) + 1, end)
        if (said := _RECEIVER.search(source[begin:at])) is not None:
            found.append(_singular_words(said[1].decode()))
            end = at + len(called)
        at = source.find(called, at + len(called))
    return found


def _turns(project: Project, path: str, name: str) -> list[tuple[Related, frozenset[str]]]:
    """Where loops of a file call a method of a name on something unknown, with the words for what it is called on."""
    table = project.memo(_known)
    if (path, name) not in table:
        table[path, name] = _in_file(project, path, name)
    return table[path, name]


def _known(_: Project) -> dict[tuple[str, str], list[tuple[Related, frozenset[str]]]]:
    """What was asked already."""
    return {}


def _in_file(project: Project, path: str, name: str) -> list[tuple[Related, frozenset[str]]]:
    asked = project.names.asked[path]
    word, source = name.encode(), asked.source
    found = []
    for site in asked.file.calls_if(lambda f: source.find(word, f.start, f.end) >= 0):
        callee = site.call.callee
        if not isinstance(callee, Member) or callee.attr != name or not _is_unknown(site, callee):
            continue
        if _repeats(asked.file, site):
            message = f"{site.function.qualname}() calls {name}() in a loop"
            found.append((asked.file.related(site.call, message), _receiver(callee)))
    return found


def _is_unknown(site: Site, callee: Member) -> bool:
    """Whether nobody knows what a method is called on: what a comprehension goes through has no other name."""
    if site.name is None:
        return True
    item = callee.value
    around = (up for up in above(site.call) if isinstance(up, Comprehension))
    targets = (clause.target for up in around for clause in up.clauses)
    return isinstance(item, Name) and any(isinstance(t, Name) and t.id == item.id for t in targets)


def _repeats(file: File, site: Site) -> bool:
    """Whether a call stands in a loop of a function that is no part of a script and does not run at the start alone."""
    if not work_loops(file, site.call) or site.function.kind == "module" or seldom(file, site.function):
        return False
    entry = entry_of(file, site.function)
    return entry is None or entry[0] not in _COLD


def _receiver(callee: Member) -> frozenset[str]:
    """The words for what a method is called on, in the singular: `self.engines[0].ask` -> engine."""
    value = callee.value
    said = chain(value.callee if isinstance(value, Call) else value)
    return _singular_words(said[-1] if said else "")


def _singular_words(names: str) -> frozenset[str]:
    return frozenset(w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") else w for w in words(names))


def _is_sure(project: Project, made: Def, name: str, alike: bool) -> bool:
    """Whether a method's name, and what it is called on, leave no doubt that a method of these classes is meant.
    alike: it is called on what is named like its class."""
    classes = project.memo(_classes)
    if name not in classes:
        classes[name] = _having(project, name)
    having = classes[name]
    if having is None or made.key not in having:
        return False
    kin = _is_family([*having.values()])
    return kin or (alike and len(having) <= _FEW)


def _is_family(classes: list[frozenset[str]]) -> bool:
    """Whether classes are kin by their own names and those of their bases."""
    known, others = classes[0], classes[1:]
    while near := [names for names in others if not known.isdisjoint(names)]:
        known = known.union(*near)
        others = [names for names in others if known.isdisjoint(names)]
    return not others


def _classes(_: Project) -> dict[str, dict[tuple[str, str], frozenset[str]] | None]:
    """What was asked already."""
    return {}


def _having(project: Project, name: str) -> dict[tuple[str, str], frozenset[str]] | None:
    """The methods of a name, each with the names of its class and that class's bases; None where functions share it."""
    found = {}
    for made in project.calls.named(name):
        if is_test(made.file["path"]):
            continue
        if not made.facts["owner"]:
            return None
        found[made.key] = _kinship(made)
    return found


def _kinship(made: Def) -> frozenset[str]:
    """The names of a method's class and of that class's bases."""
    owner = made.facts["owner"]
    bases = made.file["classes"].get(owner, [])
    return frozenset(one.removesuffix("()").rpartition(".")[2] for one in (owner, *bases)) - _ANY
