"""What wasted connections, clients, seconds and memory cost on a machine, one function a kind of waste.

Counts and seconds come as figures, named as the parameters are, so that a measurement, a user's value and a default
look the same here; `per` says what they count over. Every Cost carries its formula and figures.
"""

from asynccost.cost.rates import Rates
from asynccost.cost.receipt import price
from asynccost.model import Cost, Figure

_CPU = "vcpu_hour / 3600"
_CONTAINER = "(vcpus * vcpu_hour + gigabytes * gb_hour) / 3600"
_WAIT = f"waiting_billed * {{seconds}} * {_CONTAINER} / in_flight"


def rebuilt_clients(
    clients: Figure,
    client_cpu: Figure,
    connections: Figure,
    rates: Rates,
    *,
    per: str,
    connecting: Figure | None = None,
    scope: str = "",
) -> Cost:
    """Clients built again, each with connections of its own: the CPU of both; see `new_connections` for connecting."""
    formula = f"(clients * client_cpu + connections * connection_cpu) * {_CPU}"
    figures = [clients, client_cpu, connections, rates["connection_cpu"]]
    return _with_waiting(formula, figures, connecting, rates, per, scope)


def new_connections(
    connections: Figure, rates: Rates, *, per: str, connecting: Figure | None = None, scope: str = ""
) -> Cost:
    """Connections that a kept one would have served: the CPU of their handshakes.

    connecting: their seconds of DNS, TCP and TLS in all, which cost money only where waiting is billed.
    """
    figures = [connections, rates["connection_cpu"]]
    return _with_waiting(f"connections * connection_cpu * {_CPU}", figures, connecting, rates, per, scope)


def waits(seconds: Figure, rates: Rates, *, per: str, scope: str = "") -> Cost:
    """Seconds that overlapping would save, an upper bound; they cost money only where waiting is billed."""
    return price(_WAIT.format(seconds="seconds"), seconds, *_container(rates), per=per, scope=scope)


def blocked(seconds: Figure, rates: Rates, *, per: str, scope: str = "") -> Cost:
    """Seconds for which the event loop stood still: the whole container waits, whatever else it serves."""
    figures = [f for f in _container(rates) if f.name != "in_flight"]
    return price(f"waiting_billed * seconds * {_CONTAINER}", seconds, *figures, per=per, scope=scope)


def repeated_requests(
    requests: Figure, seconds: Figure, rates: Rates, *, per: str, call_price: Figure | None = None, scope: str = ""
) -> Cost:
    """Requests that were answered before: the CPU of sending, the seconds in all, and a user's own price of a call."""
    formula = f"requests * request_cpu * {_CPU} + {_WAIT.format(seconds='seconds')}"
    figures = [requests, seconds, rates["request_cpu"], *_container(rates)]
    if call_price is not None:
        formula, figures = f"requests * call_price + {formula}", [*figures, call_price]
    return price(formula, *figures, per=per, scope=scope)


def extra_requests(requests: Figure, rates: Rates, *, per: str, scope: str = "") -> Cost:
    """Requests that need not have been made, such as retries that cannot help: the CPU of sending each."""
    figures = requests, rates["request_cpu"], rates["vcpu_hour"]
    return price(f"requests * request_cpu * {_CPU}", *figures, per=per, scope=scope)


def leaked_clients(
    clients: Figure, client_bytes: Figure, hours: Figure, rates: Rates, *, per: str, scope: str = ""
) -> Cost:
    """Clients that nothing closed: their memory for as long as they stay. hours: mean age until the process ends."""
    formula = "clients * client_bytes / 1e9 * gb_hour * hours"
    return price(formula, clients, client_bytes, hours, rates["gb_hour"], per=per, scope=scope)


def growing_memory(bytes_per_hour: Figure, hours: Figure, rates: Rates, *, per: str, scope: str = "") -> Cost:
    """Memory that grows with leaked tasks or timers, by its measured slope alone; on the mean, half of the end's."""
    formula = "bytes_per_hour * hours / 2 / 1e9 * gb_hour * hours"
    return price(formula, bytes_per_hour, hours, rates["gb_hour"], per=per, scope=scope)


def _container(rates: Rates) -> list[Figure]:
    return [rates[name] for name in ("vcpus", "vcpu_hour", "gigabytes", "gb_hour", "waiting_billed", "in_flight")]


def _with_waiting(
    formula: str, figures: list[Figure], connecting: Figure | None, rates: Rates, per: str, scope: str
) -> Cost:
    if connecting is None:
        return price(formula, *figures, rates["vcpu_hour"], per=per, scope=scope)
    formula = f"{formula} + {_WAIT.format(seconds='connecting')}"
    return price(formula, *figures, connecting, *_container(rates), per=per, scope=scope)
