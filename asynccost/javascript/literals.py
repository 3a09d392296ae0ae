"""Names, numbers, strings and templates."""

import re

from tree_sitter import Node as Cst

from asynccost.flow.tree import Constant, Expr, Member, Name, Other
from asynccost.javascript.context import Context, LowerExpr, nested

_ESCAPE = re.compile(rb"\\(u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r\n|[\s\S])")
_SHORT = {b"n": "\n", b"t": "\t", b"r": "\r", b"b": "\b", b"f": "\f", b"v": "\v", b"0": "\0"}
_LINE_ENDS = (b"\n", b"\r", b"\r\n")


def unescape(raw: bytes) -> str:
    """Return what the inside of a string literal stands for."""
    out: list[str] = []
    place = 0
    for match in _ESCAPE.finditer(raw):
        out.append(raw[place : match.start()].decode(errors="replace"))
        out.append(_escaped(match[1]))
        place = match.end()
    out.append(raw[place:].decode(errors="replace"))
    # surrogate pairs are written as two escapes
    return "".join(out).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _escaped(escape: bytes) -> str:
    if escape in _SHORT:
        return _SHORT[escape]
    if escape in _LINE_ENDS:
        return ""
    if len(escape) > 1 and escape[:1] in b"ux":
        code = int(escape[1:].strip(b"{}"), 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    return escape.decode(errors="replace")


def string_value(cx: Context, node: Cst) -> str:
    """Return what a string literal stands for."""
    raw = cx.source[node.start_byte + 1 : node.end_byte - 1]
    return unescape(raw) if b"\\" in raw else cx.texts[raw]


def name(cx: Context, node: Cst) -> Expr:
    """Lower an identifier."""
    start, end = node.start_byte, node.end_byte
    return Name(start, end, cx.texts[cx.source[start:end]])


def key_text(cx: Context, node: Cst) -> Expr:
    """Lower a plain property name to the constant that it is."""
    start, end = node.start_byte, node.end_byte
    return Constant(start, end, cx.texts[cx.source[start:end]])


def string(cx: Context, node: Cst) -> Expr:
    """Lower a string literal."""
    return Constant(node.start_byte, node.end_byte, string_value(cx, node))


def number(cx: Context, node: Cst) -> Expr:
    """Lower a number; a BigInt is an int."""
    return Constant(node.start_byte, node.end_byte, number_value(cx.text(node)))


def number_value(text: str) -> int | float:
    """Return what a number literal stands for; NaN where Python cannot tell."""
    text = text.replace("_", "").lower()
    try:
        if text[:2] in ("0x", "0o", "0b"):
            return int(text.removesuffix("n"), 0)
        if text.isdigit():
            old_octal = len(text) > 1 and text[0] == "0" and not set(text) & {"8", "9"}
            return int(text, 8) if old_octal else int(text)
        return int(text[:-1]) if text.endswith("n") else float(text)
    except ValueError:
        return float("nan")


def true(_cx: Context, node: Cst) -> Expr:
    """Lower `true`."""
    return Constant(node.start_byte, node.end_byte, True)


def false(_cx: Context, node: Cst) -> Expr:
    """Lower `false`."""
    return Constant(node.start_byte, node.end_byte, False)


def nothing(_cx: Context, node: Cst) -> Expr:
    """Lower `null` and `undefined`."""
    return Constant(node.start_byte, node.end_byte, None)


def regex(_cx: Context, node: Cst) -> Expr:
    """Lower a regular expression."""
    return Other(node.start_byte, node.end_byte, "regex", [])


def template(cx: Context, node: Cst) -> Expr:
    """Lower a template string; its fixed texts stand between its values as constants."""
    parts: list[Expr] = []
    start, end = node.start_byte, node.end_byte
    if not node.named_child_count:
        return Constant(start, end, "")
    substituted = False
    for child in cx.parts(node):
        if cx.kinds[child.kind_id] == "template_substitution":
            substituted = True
            parts += [cx.expr[inner.kind_id](cx, inner) for inner in cx.parts(child)]
        else:
            parts.append(key_text(cx, child))
    if not substituted:
        return string(cx, node)
    return Other(start, end, "template", parts)


def meta_property(cx: Context, node: Cst) -> Expr:
    """Lower `import.meta` and `new.target`."""
    start = node.start_byte
    base, _, attr = cx.text(node).partition(".")
    return Member(start, node.end_byte, Name(start, start + len(base), base), attr)


EXPRESSIONS: dict[str, LowerExpr] = {
    "identifier": name,
    "this": name,
    "super": name,
    "import": name,
    "private_property_identifier": name,
    "shorthand_property_identifier": name,
    "shorthand_property_identifier_pattern": name,
    "property_identifier": key_text,
    "string": string,
    "number": number,
    "true": true,
    "false": false,
    "null": nothing,
    "undefined": nothing,
    "regex": regex,
    "template_string": nested(template),
    "meta_property": meta_property,
}
