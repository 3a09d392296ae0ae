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
        click.echo(
            f"asynccost: internal error: {type(error).__name__}: {error}; details: {_kept(error)}", err=True
        )
        code = 2
    gc.freeze()  # what is left goes with the process; the collector need not look at each of it
    return code


def _kept(error: BaseException) -> str:
    """Keep the traceback in a file, so that the terminal shows one sentence: what a bug report needs; its path."""
    import platform
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile(
        "w", prefix="asynccost-crash-", suffix=".txt", encoding="utf-8", delete=False
    ) as file:
        file.write(f"asynccost {__version__}, Python {platform.python_version()}, {platform.platform()}\n")
        file.write(f"{' '.join(sys.argv)}\n\n{''.join(traceback.format_exception(error))}")
    return file.name
