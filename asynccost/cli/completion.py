"""`asynccost completion`: what a shell needs to complete our commands."""

import click


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print a script for a shell; for bash: eval "$(asynccost completion bash)"."""
    from click.shell_completion import get_completion_class

    from asynccost.cli.group import group

    kind = get_completion_class(shell)
    if kind is not None:
        click.echo(kind(group, {}, "asynccost", "_ASYNCCOST_COMPLETE").source())
