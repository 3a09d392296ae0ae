"""Which test compares what a request is given, so that it fails where the request is given one thing more."""


import re

from asynccost.flow.file import File, is_test
from asynccost.flow.linked.project import Project

_WITH = rb"(?:CalledWith|calledWith|calledOnceWith)"
_LOOSE = re.compile(rb"objectContaining|expect\.anything\(\)|match\.(?:has|object)")
_SPEAKS = {  # by the library: what stands before, or in, a comparison of its calls
    "axios": rb"(?i:axios)",
    "fetch": rb"(?i:fetch)",
    "node-fetch": rb"(?i:fetch)",
    "got": rb"\bgot\b",
}
_LIBRARIES = rb"(?:requests|httpx|niquests|urllib\.request|smtplib|imaplib|poplib|ftplib)"
_REPLACED = re.compile(rb"""["']((?:[\w.]+\.)?%b\.\w+|[\w.]+\.%b)["']""" % (_LIBRARIES, _LIBRARIES))
_STANDS_IN = re.compile(rb"""["']((?:[\w.]+\.)?%b\.\w+)["']\s*,\s*lambda\b[^:*]*:""" % _LIBRARIES)
_ASSERTS = re.compile(rb"assert_(?:(?:called|awaited)(?:_once)?_with|any_call|has_calls)\b|\bcall_args")


def compared(file: File) -> list[str]:
    """What a Python test replaces, where it looks at the arguments, or where a stand-in takes no others."""
    source = file.module.source
    looked_at = _REPLACED.findall(source) if _ASSERTS.search(source) else []
    return sorted({name.decode() for name in (*looked_at, *_STANDS_IN.findall(source))})


def asserted(project: Project, path: str, name: str) -> str:
    """A Python test that replaces a call of a file and compares what it is given; "" where there is none in sight."""
    stem = path.rpartition("/")[2].partition(".")[0]
    library = name.rpartition(".")[0]
    for test, row in project.rows("missing-timeout").items():
        for replaced in row["asserts"]:
            module = replaced.removesuffix(name).strip(".")
            about = not module or stem in module.rpartition(".")[2]  # `@patch("requests.get")`: for whoever calls it
            if replaced.endswith(name) and about:
                return test
            if library and replaced.endswith(f"{stem}.{library}"):  # `@patch("shop.news.requests")`
                return test
    return ""


def expected(project: Project, path: str, name: str) -> str:
    """A script's test that compares what a request is given: `expect(axios.get).toHaveBeenCalledWith(url)`."""
    library = _SPEAKS.get(re.split(r"[:.]", name)[0])
    if library is None:
        return ""
    folder, _, last = path.rpartition("/")
    stem = last.partition(".")[0]
    named = (folder.rpartition("/")[2] if stem == "index" else stem).encode()
    asks = re.compile(rb"(?:%s[\w.()\[\]]{0,40}\.\w*%s\w*\(|%s\w*\(\s*[\w.]*%s)" % (library, _WITH, _WITH, library))
    taken = re.compile(rb"[\"'](?:[^\"'\n]*/)?%s(?:/index)?(?:\.[cm]?[jt]sx?)?[\"']" % re.escape(named))
    for test in project.memo(_comparing):
        code = project.code.code(test)
        if taken.search(code) and any(not _LOOSE.search(code[m.end() : m.end() + 300]) for m in asks.finditer(code)):
            return test
    return ""


def _comparing(project: Project) -> list[str]:
    return sorted(p for p in project.code.paths() if is_test(p) and re.search(_WITH, project.code.text(p)))
