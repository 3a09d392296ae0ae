"""What `asynccost usage` does."""

import os
import re

from asynccost import scanning
from asynccost.cli.output import replace
from asynccost.config import settings
from asynccost.config.config_file import shown
from asynccost.cost.usage_file import read as read_file
from asynccost.errors import PathError, SettingsError
from asynccost.pricing.money import USAGE, load
from asynccost.pricing.usage_draft import draft, strangers
from asynccost.report import count


def write(trace: str | None, output: str | None, *, config: str | None, isolated: bool) -> str:
    """Scan, draft, write; what was done, in a sentence."""
    chosen = settings.load(config=config, isolated=isolated)
    path = output or os.path.join(chosen.root, USAGE)
    if os.path.exists(path):
        raise PathError(f"{shown(path)}: is there already and stays as it is; asynccost usage check reads it")
    money = load(chosen.root, trace=trace)
    report = scanning.scan(scanning.project(scanning.Input([chosen.root]), chosen), chosen, money=money)
    text = draft(report.findings, money.trace, money.source)
    replace(path, text)
    places = len(re.findall(r'^# "[^"]+" = 0(?: #|$)', text, re.MULTILINE))
    return f"wrote {shown(path)}, in which {count(places, 'place')} can be given numbers"


def read(file: str | None, *, config: str | None, isolated: bool) -> tuple[str, list[str]]:
    """What a usage file says, in a sentence, and what is wrong with its entries."""
    chosen = settings.load(config=config, isolated=isolated)
    path = file or os.path.join(chosen.root, USAGE)
    if not os.path.exists(path):
        raise SettingsError(f"{shown(path)}: there is no usage file; asynccost usage init writes one")
    usage = read_file(shown(path))
    own = [name for name in usage.rates.names() if usage.rates[name].origin == "usage"]
    said = f"{shown(path)}: calls a month of {len(usage.calls)} entries, {len(own)} values for machines and prices, "
    return f"{said}{len(usage.models)} models", strangers(usage, chosen.root)
