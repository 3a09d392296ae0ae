"""`asynccost rules`: what there is to find."""

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asynccost.report import About

_SHORT = {"python": "py", "javascript": "js"}


@click.command("rules")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text")
def command(form: str) -> None:
    """List the rules."""
    from asynccost.cli.output import to_stdout
    from asynccost.scanning import about_rules

    to_stdout(_table(about_rules(), form))


def _table(rules: "Mapping[str, About]", form: str) -> str:
    """All rules as text, JSON or Markdown."""
    if form == "json":
        rows = [
            {
                "name": name,
                "summary": r.summary,
                "family": r.family,
                "severity": str(r.severity),
                "languages": list(r.languages),
            }
            for name, r in rules.items()
        ]
        return json.dumps(rows, indent=2) + "\n"
    if form == "markdown":
        head = "| rule | family | severity | languages | what it finds |\n|---|---|---|---|---|\n"
        return head + "".join(
            f"| {n} | {r.family} | {r.severity} | {_languages(r)} | {r.summary} |\n" for n, r in rules.items()
        )
    wide = max(map(len, rules))
    return "".join(
        f"{n:<{wide}}  {_languages(r):<6}  {r.severity:<7}  {r.summary}\n" for n, r in rules.items()
    )


def _languages(rule: "About") -> str:
    return " ".join(_SHORT.get(lang, lang) for lang in rule.languages)
