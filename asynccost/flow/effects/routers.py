"""Whether a program changes its page by itself, by a router: then what a page shows goes away without the document."""

import re

from asynccost.flow.file import is_test
from asynccost.flow.linked.project import Project

_ROUTER = re.compile(
    rb"(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\(\s*)[\"'](?:react-router[\w/-]*|preact-router|wouter[\w/-]*|@reach/router"
    rb"|@tanstack/(?:\w+-)?router|next(?:/[\w/-]+)?|gatsby|@remix-run/[\w/-]+|history|expo-router|navigo|page"
    rb"|@react-navigation/[\w/-]+|@ionic/[\w/-]*router|universal-router|router5|raviger|vike[\w/-]*|found|vue-router"
    rb"|@sveltejs/kit|\$app/navigation|svelte-routing|svelte-spa-router|@angular/router|@solidjs/router)[\"']"
    rb"|[\"'](?:popstate|hashchange)[\"']|\bonpopstate\b|\bonhashchange\b|\bdefineNuxtConfig\b"
)
_LINE = 200  # bytes


def has_router(project: Project) -> bool:
    """Whether any script of a program, tests aside, takes in a router or hears of the address that changes."""
    return any(is_written(path, project) and _ROUTER.search(project.code.code(path)) for path in project.code.paths())


def is_written(path: str, project: Project) -> bool:
    """Whether a script is no test, and none that was built of others, as the length of its lines says."""
    text = project.code.text(path)
    return not is_test(path) and len(text) < _LINE * (text.count(b"\n") + 10)
