"""A limit on what the model calls of a run may cost, and what happens at the first call after it is reached.

What is metered: model calls whose price is known (cost/llm_prices, or the user's own). Others neither count nor wait.
What is exact: the sum of all calls whose answers have ended, over all processes of a run. What is bounded: calls that
are under way when it reaches the limit are not broken off, so that N at once may overshoot by what those N cost.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from asynccost.cost import models
from asynccost.cost.models import ModelPrice
from asynccost.cost.words import exact
from asynccost.errors import CostLimitExceeded
from asynccost.probe.guards import guarded
from asynccost.probe.purse import LIMIT, Purse, create

if TYPE_CHECKING:
    from asynccost.probe.llm.meter import Meter
    from asynccost.probe.llm.usage import Usage
    from asynccost.probe.recorder import Recorder
    from asynccost.probe.sites import Spot

ACTIONS = ("warn", "pause", "fail")
REFUSED, WARNED = "refused", "warned"
TERMINAL = "/dev/tty"
LOOK = 0.2  # seconds between two looks at whether somebody else was answered


class Limit:
    """usd: US dollars that may be spent; action: one of ACTIONS; own: prices of the user's own, by model."""

    def __init__(self, usd: float, action: str, purse: Purse, own: Mapping[str, ModelPrice] | None = None) -> None:
        """Nothing is spent. Raises ValueError for a limit or an action that cannot be."""
        if not usd >= 0:
            raise ValueError(f"a limit must be 0 or more US dollars, not {usd!r}")
        if action not in ACTIONS:
            raise ValueError(f"the action at a limit must be one of {', '.join(ACTIONS)}, not {action!r}")
        self.usd, self.action, self.purse, self.own = usd, action, purse, own or {}

    @guarded
    def spend(self, usage: "Usage") -> None:
        """A model call has ended."""
        price = models.find(usage.provider, usage.model, self.own)
        if price is not None:
            self.purse.add(price.dollars(usage.tokens))
            if self.action == "warn" and self.reached and self.purse.mark(WARNED):
                sys.stderr.write(f"asynccost: {self._state}; the run goes on, as --cost-limit-action warn asks for\n")

    @property
    def reached(self) -> bool:
        """Whether as much was spent as is allowed; the last digit of a sum of floats does not decide."""
        return self.purse.spent >= (self.usd + self.purse.allowed) * (1 - 1e-9)

    def check(self, recorder: "Recorder", spot: "Spot", meter: "Meter") -> float:
        """A model call is about to be made: raise CostLimitExceeded, or wait for the user; seconds that were waited."""
        if self.action == "warn" or not self._holds(meter):
            return 0.0
        where = f"{recorder.places.path(spot.file)}:{spot.line}" + (f" in {spot.function}" if spot.function else "")
        began = time.perf_counter()
        if self.action == "pause" and self._go_on(where):
            return time.perf_counter() - began
        self.purse.mark(REFUSED)
        message = (
            f"{self._state}; the model call at {where} was not made. "
            "Allow more (--max-cost-per-run, or max_cost_usd of probe()), or spend less: "
            "`asynccost run --trace FILE` tells which lines spent it"
        )
        raise CostLimitExceeded(message, self.usd, self.purse.spent, where)

    @guarded
    def _holds(self, meter: "Meter") -> bool:
        """Whether this call must not be made as things stand."""
        return self.reached and models.find(*meter.asks, self.own) is not None

    @guarded
    def _go_on(self, where: str) -> bool:
        """Ask at the terminal; False where there is none."""
        question = f"\nasynccost: {self._state}; a model call waits at {where}.\n"
        question += f"Enter: go on for another {exact(self.usd)}. Ctrl-D: stop here. "
        before = self.purse.allowed
        answer = _wait_for_enter(question, lambda: self.purse.allowed > before)
        if answer == "enter":
            self.purse.allow(self.usd)
        return answer != ""

    @property
    def _state(self) -> str:
        more = self.purse.allowed
        limit = f"{exact(self.usd)} per run" + (f" and {exact(more)} that was allowed later" if more else "")
        return f"cost limit reached: model calls have cost {exact(self.purse.spent)}, the limit is {limit}"


def _wait_for_enter(question: str, answered: Callable[[], bool]) -> str:
    """Ask at the terminal that the program was started from, and block until Enter.

    "enter"; "elsewhere" once another process was answered; "" without a terminal or at its end.
    A program in the background, or without a terminal of its own (a service, CI), has none to ask at.
    """
    import select

    try:
        terminal = os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return ""
    try:
        if os.tcgetpgrp(terminal) != os.getpgrp():
            return ""  # to read in the background would stop the program
        os.write(terminal, question.encode())
        while not answered():
            if select.select([terminal], [], [], LOOK)[0]:
                return "enter" if b"\n" in os.read(terminal, 4096) else ""
        return "elsewhere"
    finally:
        os.close(terminal)


def of_run(folder: str) -> Limit:
    """The limit of the run whose folder this is."""
    with open(os.path.join(folder, LIMIT), encoding="utf-8") as file:
        told: dict[str, Any] = json.load(file)
    own = {name: ModelPrice(**{**row, "tiers": ()}) for name, row in told["own"].items()}
    return Limit(told["usd"], told["action"], Purse(folder), own)


def set_for_run(folder: str, usd: float, action: str, own: Mapping[str, ModelPrice]) -> None:
    """Give the processes of a run a limit, before the first begins."""
    create(folder)
    with open(os.path.join(folder, LIMIT), "w", encoding="utf-8") as file:
        json.dump({"usd": usd, "action": action, "own": {name: asdict(price) for name, price in own.items()}}, file)
