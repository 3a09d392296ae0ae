"""The probe: watches a running program and counts what it wastes, by the line that is responsible.

    from asynccost import probe

    with probe("trace.jsonl") as watched:
        asyncio.run(main())
    print(watched.trace.rows(Calls))

`asynccost run -- python app.py` does the same from outside. The package is callable, so that the name that holds its
modules is also the function to call; nothing is imported before that call. Standard library only (psutil if present):
it is put on the path of programs that have nothing else of ours.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from os import PathLike

    from asynccost.probe.api import Probe


class _Callable(ModuleType):
    def __call__(
        self,
        file: str | PathLike[str] | None = None,
        *,
        root: str | PathLike[str] = "",
        max_cost_usd: float | None = None,
        cost_limit_action: str = "fail",
    ) -> Probe:
        """A probe that is not yet started; see api.Probe."""
        from asynccost.probe.api import Probe

        return Probe(file, root=root, max_cost_usd=max_cost_usd, cost_limit_action=cost_limit_action)


sys.modules[__name__].__class__ = _Callable
