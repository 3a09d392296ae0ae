"""The command `asynccost`: one module a sub-command, imported when it is called."""

import gc
import sys
from importlib import import_module

import click

from asynccost import __version__
from asynccost.errors import AsynccostError

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
INTERRUPTED = 130


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


def main() -> None:
    """Run the command line and exit; what stops it is told in one sentence."""
    try:
        code = group.main(prog_name="asynccost", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = 2
    except AsynccostError as error:
        click.echo(f"asynccost: {error}", err=True)
        code = 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("asynccost: interrupted", err=True)
        code = INTERRUPTED
    except Exception as error:
        from asynccost.cli.crash import keep

        click.echo(
            f"asynccost: internal error: {type(error).__name__}: {error}; details: {keep(error)}", err=True
        )
        code = 2
    gc.freeze()  # what is left goes with the process; the collector need not look at each of it
    sys.exit(code)
