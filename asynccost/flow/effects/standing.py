"""Whether an element of markup comes and goes where it stands: in JSX, in a template of Vue, in Svelte."""

import re

_TAG = re.compile(rb"<(/?)([A-Za-z][\w.:-]*)((?:[^\"'<>{}]|\"[^\"]*\"|'[^']*'|\{[^{}]*\})*)(/?)>")
_VOID = frozenset({b"img", b"input", b"br", b"hr", b"meta", b"link", b"source"})
_COMES = re.compile(rb"(?:^|\s)(?:v-if|v-else|v-else-if|v-for|(?::|v-bind:)?key|(?::|v-bind:)is)(?=[\s=/>]|$)")
_SLOT = re.compile(rb"\bv-slot\b|(?:^|\s)#\w")
_PARENT = re.compile(
    rb"(?:Modal|Dialog|Drawer|Popover|Popup|Sheet|Overlay|Tooltip|Tab|TabPanel|TabPane|Tabs\.\w+|Route|AnimatePresence"
    rb"|Show|For|Switch|Match|Collapse|Accordion\w*|Dropdown\w*|Menu|Transition)$"
)
_PHASE = re.compile(  # what a visit comes to once: `v-if="authenticated"`, `v-if="layout === 'embed'"`
    rb"""\bv-(?:else-)?if\s*=\s*["'][!\s]*(?:\w+\.)?(?:(?:is_?)?(?:authenticated|logged_?in|signed_?in)"""
    rb"""|(?:layout|mode|embed\w*)(?:\s*===?\s*(?:'\w+'|"\w+"))?)["']""",
    re.I,
)
_LOADED_FIRST = re.compile(rb"\bv-if=\"\w+\"")  # `<div v-if="config" id="app">`
_BLOCK = re.compile(rb"\{([#/])(?:if|each|await|key|snippet)\b")
_BRACES = re.compile(rb"\{[^{}]*\}")
_RETURNS = re.compile(rb"\breturn\s*\(?\s*(?:<|null\b|false\b)")
PERHAPS = "it is shown here under a condition or in a list"  # that may never change while the page is open


def why_gone(code: bytes, at: int, head: int, path: str) -> str:
    """Why an element goes away where it stands; "" where it stays as long as the component, which begins at head."""
    vue = path.endswith(".vue")
    around = _around(code, at, code.find(b"<template") if vue else max(code.rfind(b"return", 0, at), 0))
    tag = _TAG.match(code, at)
    own = _PHASE.sub(b"", tag[3]) if tag is not None else b""
    if _COMES.search(own):
        return "it is shown here under a condition, in a list, or with a key"
    for number, (name, said) in enumerate(around):
        if _PARENT.search(name) or _COMES.search(_LOADED_FIRST.sub(b"", said) if vue and number == 1 else said):
            return f"<{name.decode()}> shows it here"
    if vue:
        return PERHAPS if any(map(_SLOT.search, (own, *(said for _, said in around)))) else ""
    if path.endswith(".svelte"):
        blocks = [found[1] for found in _BLOCK.finditer(code, 0, at)]
        return PERHAPS if blocks.count(b"#") != blocks.count(b"/") else ""
    if not _is_plain(code[code.rfind(b"return", 0, at) : at]):
        return PERHAPS
    return "what shows it here returns something else at times" if len(_RETURNS.findall(code, head, at)) > 1 else ""


def _is_plain(before: bytes) -> bool:
    """Whether what stands before an element of JSX, from its return on, puts it under no condition."""
    while _BRACES.search(before):
        before = _BRACES.sub(b"", before)
    return before.startswith(b"return") and not re.search(rb"[{?]|&&|\|\|", before)


def _around(code: bytes, at: int, start: int) -> list[tuple[bytes, bytes]]:
    """The elements that are open at a place, with their attributes, as far as its markup goes."""
    stack: list[tuple[bytes, bytes]] = []
    for tag in _TAG.finditer(code, max(start, 0), at):
        if tag[1]:
            while stack and stack.pop()[0] != tag[2]:
                pass
        elif not tag[4] and not tag[3].endswith(b"/") and tag[2] not in _VOID:
            stack.append((tag[2], _PHASE.sub(b"", tag[3])))
    return stack
