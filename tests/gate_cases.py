"""Ordinary edits of a project with one accepted finding, and what a gate must say to each of them.

Seven that every shipped baseline fails at least one of, and six more. The code is such that other tools find it
too: `subprocess` with a shell in Python, an await in a loop in TypeScript.
"""

from collections.abc import Callable
from dataclasses import dataclass

Files = dict[str, str]
Edit = Callable[[Files], Files]


@dataclass(frozen=True)
class Language:
    """A project and the pieces that its edits put in. `flagged` and its kin stand in a function of their own."""

    name: str
    rule: str
    main: str
    other: str
    files: Files
    comment: str
    argument: tuple[str, str]
    flagged: str  # the accepted statement, as it stands in the first function
    fixed: str
    different: str  # another finding of the same rule
    nothing: str  # what the second function does: no finding


PYTHON = Language(
    name="python",
    rule="blocking-call",
    main="app/media.py",
    other="app/other.py",
    files={
        "app/media.py": """import subprocess


async def convert(name):
    subprocess.run("convert " + name, shell=True)
    return name


async def report(name):
    print(name)
    return name
""",
        "app/other.py": """import subprocess


async def convert(name):
    print(name)
    return name
""",
    },
    comment="# converts pictures\n",
    argument=('"convert " + name', '"convert -quiet " + name + suffix'),
    flagged='    subprocess.run("convert " + name, shell=True)\n',
    fixed="    await quick(name)\n",
    different='    subprocess.check_output("identify", shell=True)\n',
    nothing="    print(name)\n",
)

TYPESCRIPT = Language(
    name="typescript",
    rule="await-in-loop",
    main="app/media.ts",
    other="app/other.ts",
    files={
        "app/media.ts": """import axios from "axios";

export async function convert(names: string[]): Promise<void> {
  for (const name of names) { await axios.get(`/convert/${name}`); }
}

export async function report(names: string[]): Promise<void> {
  console.log(names);
}
""",
        "app/other.ts": """import axios from "axios";

export async function convert(names: string[]): Promise<void> {
  console.log(names);
}
""",
    },
    comment="// converts pictures\n",
    argument=("`/convert/${name}`", "`/convert/${name}`, { timeout: 5000 }"),
    flagged="  for (const name of names) { await axios.get(`/convert/${name}`); }\n",
    fixed="  await Promise.all([]);\n",
    different='  for (const row of table) { await axios.get(`/rows/${row.id}`); }\n',
    nothing="  console.log(names);\n",
)
LANGUAGES = (PYTHON, TYPESCRIPT)


@dataclass(frozen=True)
class Case:
    """An edit, and how many new findings there are after it."""

    name: str
    edit: Callable[[Language, Files], Files]
    new: int


def _in_main(change: Callable[[Language, str], str]) -> Callable[[Language, Files], Files]:
    return lambda lang, files: files | {lang.main: change(lang, files[lang.main])}


def _file_renamed(lang: Language, files: Files) -> Files:
    new = lang.main.replace("media", "conversion")
    return {new if path == lang.main else path: text for path, text in files.items()}


def _second(lang: Language, text: str) -> str:
    return text.replace(lang.nothing, lang.different + lang.nothing)


def _swap(lang: Language, text: str) -> str:
    return _second(lang, text.replace(lang.flagged, lang.fixed))


def _swap_copy(lang: Language, text: str) -> str:
    fixed = text.replace(lang.flagged, lang.fixed)
    return fixed.replace(lang.nothing, lang.flagged + lang.nothing)


def _moved(lang: Language, files: Files) -> Files:
    """The function goes to the end of another file, which has none of that name."""
    function = _function(lang, files[lang.main])
    helper = lang.other.replace("other", "pictures")
    head = files[lang.main].split("\n", 1)[0] + "\n\n\n"
    return files | {lang.main: files[lang.main].replace(function, ""), helper: head + function}


def _function(lang: Language, text: str) -> str:
    begin = text.index("async def convert" if lang.name == "python" else "export async function convert")
    end = text.index("async def report" if lang.name == "python" else "export async function report")
    return text[begin:end]


def _swap_across(lang: Language, files: Files) -> Files:
    main, other = files[lang.main].replace(lang.flagged, lang.fixed), files[lang.other]
    return files | {lang.main: main, lang.other: other.replace(lang.nothing, lang.flagged + lang.nothing)}


def _copied(lang: Language, files: Files) -> Files:
    return files | {lang.main.replace("media", "copy"): files[lang.main]}


def _renamed_and_edited(lang: Language, files: Files) -> Files:
    return _file_renamed(lang, files | {lang.main: files[lang.main].replace(*lang.argument)})


def _doubled(lang: Language, text: str) -> str:
    return text.replace(lang.flagged, lang.flagged * 2)


CASES = (
    Case("nothing changed", lambda _, files: files, 0),
    Case("line added above", _in_main(lambda lang, text: lang.comment + text), 0),
    Case("file renamed", _file_renamed, 0),
    Case("argument edited", _in_main(lambda lang, text: text.replace(*lang.argument)), 0),
    Case("a second, different finding", _in_main(_second), 1),
    Case("swap: one fixed, a different one added", _in_main(_swap), 1),
    Case("swap: the same text in another function", _in_main(_swap_copy), 1),
    Case("function renamed", _in_main(lambda _, text: text.replace(" convert(", " convert_all(")), 0),
    Case("function moved to another file", _moved, 0),
    Case("a second, identical one beside it", _in_main(_doubled), 1),
    Case("swap across files, same function name", _swap_across, 1),
    Case("file copied", _copied, 1),
    Case("file renamed and statement edited", _renamed_and_edited, 0),
)
SEVEN = CASES[:7]
