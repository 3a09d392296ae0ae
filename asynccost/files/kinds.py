"""What a file is by its name: a language that we read, or a kind that we name when we leave it out."""

import os

LANGUAGES = dict.fromkeys((".py", ".pyw"), "python") | dict.fromkeys(
    (".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte"), "javascript"
)
_NOT_READ = {
    ".ipynb": "notebook",
    ".pyi": "type stub",
    ".pyx": "Cython",
    ".coffee": "CoffeeScript",
    ".astro": "Astro component",
    ".marko": "Marko component",
}
_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")
_MINIFIED = (".min.js", ".min.mjs", ".min.cjs")

_SUFFIXES = [suffix[1:] for suffix in (*LANGUAGES, *_NOT_READ)]
WORTH_NAMING = {*_SUFFIXES, *(suffix.upper() for suffix in _SUFFIXES)}  # without the dot


def language_of(path: str) -> str | None:
    """The language of a file, or None if we do not read it."""
    language = LANGUAGES.get(path[path.rfind(".") :])
    if language is None:
        language = LANGUAGES.get(os.path.splitext(path)[1].lower())
    return None if ".d." in path and path.endswith(_DECLARATIONS) else language


def is_minified(name: str) -> bool:
    """Whether a file says in its name that nobody wrote it by hand."""
    return ".min." in name and name.endswith(_MINIFIED)


def why_not(path: str) -> str:
    """What to call a file that we do not read."""
    if path.endswith(_DECLARATIONS):
        return "type declarations"
    return _NOT_READ.get(os.path.splitext(path)[1].lower(), "not Python, JavaScript or TypeScript")
