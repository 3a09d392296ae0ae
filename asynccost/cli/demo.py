"""`asynccost demo`: everything at once, on a sample."""

from pathlib import Path

import click


@click.command("demo")
@click.argument("folder", default="asynccost-demo", type=click.Path(path_type=Path))
@click.option("--open", "show", is_flag=True, help="Open the page in a browser at the end.")
def command(folder: Path, *, show: bool) -> None:
    """Scan, measure and fix a sample service in a new FOLDER; offline, in seconds."""
    from shlex import quote

    from asynccost.demo.showing import show as run

    page, left = run(folder, click.echo)
    steps = {
        f"explain {left}": "what is left there, and the question that its fix asks" if left else "",
        "diff HEAD~1": "what the second commit and the fixes changed",
        "baseline create": "accept what is left, and fail on what is new",
    }
    click.echo(f"\nThe page: {page}\n\nNext, in {quote(str(folder))}:")
    width = max(map(len, steps)) + 2
    for step, why in steps.items():
        if why:
            click.echo(f"  asynccost {step:{width}}{why}")
    if show:
        click.launch(str(page))
