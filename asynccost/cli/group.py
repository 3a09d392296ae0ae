"""The command `asynccost`: one module a sub-command, imported when it is called."""

from importlib import import_module

import click

from asynccost import __version__

COMMANDS = (
    "scan",
    "fix",
    "baseline",
    "diff",
    "init",
    "run",
    "explain",
    "rules",
    "schema",
    "report",
    "compare",
    "usage",
    "doctor",
    "stats",
    "demo",
    "merge",
    "clean",
    "completion",
)  # fmt: skip


class Lazy(click.Group):
    """A group whose commands are the `command` of the modules beside this one."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The order of `--help`: what is used most stands first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command by its name."""
        if name not in COMMANDS:
            return None
        command = import_module(f"asynccost.cli.{name}").command
        return command if isinstance(command, click.Command) else None


@click.command(
    cls=Lazy,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 clean, 1 findings, 2 could not run, 130 interrupted.",
)
@click.version_option(__version__, message="asynccost %(version)s")
def group() -> None:
    """Find async code in Python, JavaScript and TypeScript services that wastes money."""
