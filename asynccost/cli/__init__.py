"""The command line: `asynccost`. What knows the commands is loaded when one of them is called."""

import gc
import sys

from asynccost import __version__

INTERRUPTED = 130
_SELDOM = 20_000  # objects between two looks of the collector: what is loaded at the start is no garbage


def main() -> None:
    """Run the command line and exit; what stops it is told in one sentence."""
    if sys.argv[1:] == ["--version"]:  # hooks and scripts ask for it all the time: it waits for no library
        print(f"asynccost {__version__}")
        return
    sys.exit(_run())


def _run() -> int | None:
    gc.set_threshold(_SELDOM)
    import click

    from asynccost.cli.group import group
    from asynccost.errors import AsynccostError

    try:
        code: int | None = group.main(prog_name="asynccost", standalone_mode=False)
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
    return code
