"""Writes asynccost/cost/llm_prices/: `python -m tests.llm_prices` in an environment that has genai-prices installed.

genai-prices (MIT, https://github.com/pydantic/genai-prices) ships its data within the package, so that this needs
no network. Kept: providers whose wire formats the probe reads; per model the standard prices of text tokens.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import asynccost.cost

FOLDER = Path(asynccost.cost.__file__).with_name("llm_prices")
PROVIDERS = (
    *("anthropic", "aws", "azure", "cerebras", "cohere", "deepseek", "fireworks", "google", "groq"),
    *("mistral", "moonshotai", "openai", "perplexity", "together", "voyageai", "x-ai", "zai"),
)
FIELDS = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "read",
    "cache_write_mtok": "write",
    "cache_write_1h_mtok": "write_1h",
}
HEAD = """\
# US dollars per million tokens. Made by `python -m tests.llm_prices`; do not edit: prices of your own belong in
# asynccost-usage.toml. From genai-prices {version}, Copyright (c) Pydantic Services Inc. 2025 to present; see LICENSE.
source = "genai-prices {version}, {url}"
date = "{date}" # the newest day that the data names
{more}
[models]
"""


def main() -> None:
    """Write a table a provider."""
    module = import_module("genai_prices.data")
    newest = newest_day(Path(str(module.__file__)).read_text("utf-8"))
    version = metadata.version("genai-prices")
    FOLDER.mkdir(exist_ok=True)
    licence = next(f for f in metadata.files("genai-prices") or () if f.name == "LICENSE")
    (FOLDER / "LICENSE").write_text(licence.read_text(), "utf-8")
    for provider in module.providers:
        if provider.id in PROVIDERS:
            text = table(provider, newest, version)
            (FOLDER / f"{provider.id}.toml").write_text(text, "utf-8")


def newest_day(text: str) -> date:
    """The last day, up to today, that comments and constraints of the data speak of."""
    days = re.findall(r"\b(20\d\d)-(\d\d)-(\d\d)\b", text)
    days += re.findall(r"datetime\.date\((20\d\d), (\d+), (\d+)\)", text)
    return max(day for day in (date(*map(int, d)) for d in days if int(d[1]) <= 12) if day <= date.today())


def table(provider: Any, day: date, version: str) -> str:
    """One provider's models, a line each."""
    others = [p for p in provider.fallback_model_providers or () if p in PROVIDERS]
    more = f"models_of = {json.dumps(others)} # looked up there if not here\n" if others else ""
    url = (provider.pricing_urls or ["https://github.com/pydantic/genai-prices"])[0]
    head = HEAD.format(version=version, url=url, date=day.isoformat(), more=more)
    rows = [f"{json.dumps(m.id)} = {{ {', '.join(row)} }}" for m in provider.models if (row := list(fields(m, day)))]
    return head + "\n".join(rows) + "\n"


def fields(model: Any, day: date) -> Iterator[str]:
    """`match = [...], input = 2.5, ...`; nothing for a model that has no price of tokens."""
    prices = standard(model, day)
    known = {ours: value for theirs, ours in FIELDS.items() if (value := getattr(prices, theirs, None)) is not None}
    if "input" not in known:
        return
    yield f"match = {json.dumps(patterns(model.match))}"
    tiers: dict[int, dict[str, Any]] = {}
    for name, value in known.items():
        if hasattr(value, "base"):
            yield f"{name} = {number(value.base)}"
            for tier in value.tiers:
                tiers.setdefault(tier.start, {})[name] = tier.price
        else:
            yield f"{name} = {number(value)}"
    if tiers:
        rows = [
            f"{{ above = {start}, {', '.join(f'{k} = {number(v)}' for k, v in row.items())} }}"
            for start, row in sorted(tiers.items())
        ]
        yield f"tiers = [{', '.join(rows)}]"


def standard(model: Any, day: date) -> Any:
    """The prices that hold on a day; of prices that depend on the hour, those that hold without it."""
    if not isinstance(model.prices, list):
        return model.prices
    chosen = model.prices[0].prices
    for conditional in model.prices:
        start = getattr(conditional.constraint, "start_date", None)
        if conditional.constraint is None or (start is not None and start <= day):
            chosen = conditional.prices
    return chosen


def patterns(clause: Any) -> list[str]:
    """A rule of matching as patterns, any of which fits: x, x*, *x, *x*, /regular expression/; all of `a & b`."""
    kind, value = next(iter(vars(clause).items()))
    if kind == "or_":
        return [p for part in value for p in patterns(part)]
    if kind == "and_":
        sides = [patterns(part) for part in value]
        joined = [""]
        for side in sides:
            joined = [f"{left} & {right}" if left else right for left in joined for right in side]
        return joined
    shape = {"equals": "{}", "starts_with": "{}*", "ends_with": "*{}", "contains": "*{}*", "regex": "/{}/"}
    return [shape[kind].format(value if kind == "regex" else value.lower())]


def number(value: Any) -> str:
    """A price without trailing noughts."""
    return f"{float(value):.10f}".rstrip("0").rstrip(".")


if __name__ == "__main__":
    main()
