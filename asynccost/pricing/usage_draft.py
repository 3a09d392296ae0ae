"""A usage file for a project that has none: the places that a rate would price, as lines to be filled in."""

import os
from collections.abc import Sequence

from asynccost.cost.usage import Usage
from asynccost.model import Finding
from asynccost.probe.trace import Calls, Clients, Trace

_HEAD = """\
# How often things run, and on what machines: asynccost turns unit prices into dollars a month with it.
# Nothing here is guessed: take the # from a line and write your own number. asynccost usage check reads it back.

[calls-per-month] # "path::function", "path::Class", "path", "folder/" or "*"; the longest one counts
# "*" = 100_000
"""
_TAIL = """
[container] # what one process has; the values are the defaults
# vcpus = {vcpus:g}
# gigabytes = {gigabytes:g}
# in-flight = {in_flight:g} # requests at once
# waiting-billed = false # true where time is billed: Lambda, Cloud Run by request, batch jobs

[prices] # USD; the values are those of {day}
# vcpu-hour = {vcpu_hour:g}
# gb-hour = {gb_hour:g}

# [prices.requests] # USD per request of an API that charges for each, by scheme and host
# "https://api.example.com" = 0.005

# [prices.models."gpt-4o"] # USD per million tokens, before the table that asynccost ships
# input = 2.5
# output = 10.0
"""


def draft(findings: Sequence[Finding], trace: Trace | None, source: str) -> str:
    """The text of the file. source: what the trace is called."""
    rates = Usage().rates
    names = ("vcpus", "gigabytes", "in_flight", "vcpu_hour", "gb_hour")
    seen = _seen(trace) if trace else {}
    wanted = {f"{f.path}::{f.function}" if f.function else f.path for f in findings if f.cost}
    notes = {name: f" # {seen[name]:,} in {source}" if name in seen else "" for name in wanted | seen.keys()}
    lines = [f'# "{name}" = 0{note}' for name, note in sorted(notes.items())]
    tail = _TAIL.format(day=rates["vcpu_hour"].date, **{name: rates[name].value for name in names})
    return _HEAD + "".join(f"{line}\n" for line in lines) + tail


def _seen(trace: Trace) -> dict[str, int]:
    """How often each function of the program made a client or a request in the run."""
    counts: dict[str, int] = {}
    built = {row.place for row in trace.rows(Clients)}
    for row in trace.rows(Clients):
        name = f"{row.place.path}::{row.place.function}"
        counts[name] = counts.get(name, 0) + row.created
    for call in trace.rows(Calls):
        if call.client_place not in built or call.client_place.function != call.place.function:
            name = f"{call.place.path}::{call.place.function}"
            counts[name] = counts.get(name, 0) + call.requests
    return counts


def strangers(usage: Usage, root: str) -> list[str]:
    """A sentence for each entry of a usage file that names nothing in the project."""
    said = []
    for name, figure in usage.calls.items():
        path, _, function = name.partition("::")
        full = os.path.join(root, path)
        if name != "*" and not os.path.exists(full):
            said.append(f'{figure.source}: "{name}": there is no {path} here')
        elif function and function.rpartition(".")[2].encode() not in _text(full):
            said.append(f'{figure.source}: "{name}": {path} has no {function}')
    return said


def _text(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return b""
