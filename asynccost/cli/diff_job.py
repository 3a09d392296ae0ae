"""What `asynccost diff` does, once its options are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asynccost import differing
from asynccost.cli import output
from asynccost.config import settings
from asynccost.cost.words import KINDS, dollars
from asynccost.errors import SettingsError
from asynccost.pricing.money import load
from asynccost.report import count
from asynccost.report.difference import Difference
from asynccost.report.difference_formats import FORMATS


@dataclass(frozen=True, slots=True)
class Gates:
    """What a change may do at most; None: anything."""

    new: int | None
    increase: float | None

    def failed(self, d: Difference) -> list[str]:
        """A sentence for each gate that the change does not pass."""
        said = []
        if self.new is not None and len(d.new) > self.new:
            said.append(f"--max-new {self.new}: the change has {count(len(d.new), 'new finding')}")
        for m in d.money:  # kinds are never added
            if self.increase is not None and m.after - m.before > self.increase:
                rise, what = dollars(m.after - m.before), KINDS.get(m.kind, m.kind)
                said.append(f"--max-cost-increase {self.increase:g}: the change adds {rise} a month for {what}")
        return said


def compare(
    base: str | None,
    head: str | None,
    config: str | None,
    isolated: bool,
    options: Mapping[str, Any],
    usage: str | None = None,
    calls: float | None = None,
) -> Difference:
    """The difference between what the two arguments name."""
    results = [name for name in (base, head) if name and differing.is_result(name)]
    if base and head and results:
        if len(results) == 1:
            raise SettingsError(f"{base} and {head}: one is a result and one a commit; compare two of a kind")
        return differing.of_results(base, head)
    chosen = settings.load(config=config, isolated=isolated, options=options)
    money = load(chosen.root, usage=usage, calls=calls) if usage or calls else None
    if base and results:
        return differing.of_result(base, chosen, money)
    return differing.of_commits(base, head, chosen, money)


def write(d: Difference, formats: Sequence[str]) -> None:
    """Render and write every format."""
    for name, file in output.targets(formats, "command line", tuple(FORMATS)):
        text = FORMATS[name](d)
        if file is None:
            output.to_stdout(text)
        else:
            output.replace(file, text)
