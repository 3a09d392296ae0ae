"""What comes along with a message or a form: attachments, the files of an upload. There are few of it, or none."""

import re
from collections.abc import Iterator

from asynccost.flow.file import File
from asynccost.flow.scopes import scopes
from asynccost.flow.tree import Expr, Function, Param
from asynccost.flow.words import chain, words


def may_lack(file: File) -> frozenset[str]:
    """The words of what comes along with a message, or does not."""
    told = file.memo(_words_of_carried)
    return told["few"] | told["may_lack"]


def _words_of_carried(file: File) -> dict[str, frozenset[str]]:
    return {key: frozenset(said) for key, said in file.knowledge.table("seldom")["carried"].items()}


def carried_along(items: Expr, function: Function, file: File) -> str:
    """Why a list is short that comes with a message or a form; "" for another.

    `message.attachments`, `req.files`, `files: Express.Multer.File[]`.
    """
    told = file.memo(_words_of_carried)
    *of, last = chain(items)
    if not told["few"].isdisjoint(words(last)) and (not of or not told["carriers"].isdisjoint(words(of[-1]))):
        return "a message carries few of them"
    if last not in told["files"]:
        return ""
    sent = of[-1] in told["requests"] if of else any(
        not told["types"].isdisjoint(_WORD.findall(file.text(param.annotation)))
        for param in _params(function) if param.name == last and param.annotation is not None
    )
    return "a form carries few of them" if sent else ""


_WORD = re.compile(r"\w+")


def _params(function: Function) -> Iterator[Param]:
    """The parameters of a function and of those around it."""
    return (param for one in scopes(function) for param in one.params)
