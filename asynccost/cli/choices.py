"""Options that several commands share, and how they become settings."""

import os
from collections.abc import Callable
from typing import Any

import click

from asynccost.errors import SettingsError

_LISTS = ("select", "ignore", "extend_select", "extend_ignore")


def rule_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """--select and its kin."""
    helps = (
        "Only these rules or families (comma separated, `all`).",
        "All but these.",
        "These as well.",
        "Not these either.",
    )
    for name, text in reversed([*zip(_LISTS, helps, strict=True)]):
        function = click.option(f"--{name.replace('_', '-')}", metavar="NAMES", multiple=True, help=text)(
            function
        )
    return function


def config_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """--config and --isolated."""
    function = click.option("--isolated", is_flag=True, help="Read no configuration file.")(function)
    return click.option("--config", metavar="FILE|TOML", help="Use this configuration file, or this TOML.")(
        function
    )


def page_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """How the HTML page links and what it may hold."""
    for option in (
        click.option("--no-source", "source", flag_value=False, default=None, help="No line of code in the HTML page."),
        click.option("--editor", metavar="NAME", help="Link places to vscode, cursor, idea or TEMPLATE (HTML page)."),
        click.option("--link-template", metavar="URL", help="Link places to the code host by this (HTML page)."),
    ):
        function = option(function)
    return function


def money_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """What prices rest on."""
    usage = "How often things run, on what [asynccost-usage.toml, if there is one]."
    calls = click.FloatRange(0, min_open=True)
    for option in (
        click.option("--calls-per-month", type=calls, metavar="N", help="What if every place ran N times a month?"),
        click.option("--usage", metavar="FILE", help=usage),
        click.option(
            "--trace", metavar="FILE", help="Join what a run showed (asynccost run --trace FILE) to the findings."
        ),
    ):
        function = option(function)
    return function


def as_settings(**options: Any) -> dict[str, Any]:
    """What was said on the command line, as settings; what was not said is left out."""
    said: dict[str, Any] = {}
    for name, value in options.items():
        if name in _LISTS:
            value = [n.strip() for names in value for n in names.split(",") if n.strip()]
        if value not in (None, [], ()):
            said[name] = value
    if "cache_dir" in said:
        said["cache_dir"] = os.path.abspath(said["cache_dir"])
    return said


def share(value: str | None) -> tuple[int, int] | None:
    """`k/n` -> (k, n)."""
    if value is None:
        return None
    part, slash, parts = value.partition("/")
    if slash and part.isdigit() and parts.isdigit() and 1 <= int(part) <= int(parts):
        return int(part), int(parts)
    raise SettingsError(f'--shard: "{value}" is not a share such as 1/4')
