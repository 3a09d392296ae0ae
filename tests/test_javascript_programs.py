"""What JavaScript fixes do, shown by running the programs before and after in Node, with React under jsdom."""

from pathlib import Path
from typing import Any

import pytest

from asynccost import fixer
from asynccost.config.settings import Settings
from asynccost.files.sources import Source
from tests.fixtures import ROOT, Fixture, after, fixtures, shown
from tests.node_programs import run

BEFORE = {f.name: f for f in fixtures()}
EFFECTS = {  # module -> a fixture and one of its files
    "react.tsx": ("shown_in_routes/before", "react.tsx"),
    "more.tsx": ("more/before", "more.tsx"),
    "shapes.jsx": ("before.shapes.jsx", "before.shapes.jsx"),
    "timer.jsx": ("before.timer.jsx", "before.timer.jsx"),
}
LEFT_ALONE = ["Camera", "Asynchronous"]  # no fix: a stream that may come too late; what React itself refuses


def both(name: str) -> "tuple[Fixture, dict[str, bytes]]":
    """A fixture, and what fixing its rule makes of it, with what is only shown where that is written down."""
    fixed = shown(BEFORE[name]) or after(BEFORE[name])
    assert fixed is not None
    return BEFORE[name], fixed


def test_the_seed_has_one_socket_at_a_time_and_no_timer_fires_after_unmount(tmp_path: Path) -> None:
    """Block 2 of the seed, fixed by both rules that it breaks."""
    before = BEFORE["missing_effect_cleanup/before.seed.jsx"].files
    sources = [Source(p, f"/nowhere/{p}", "javascript", len(t), 0, 0) for p, t in before.items()]
    rules = ("missing-effect-cleanup", "stale-effect-capture")
    settings = Settings("/nowhere", select=rules, cache=False, jobs=1)
    fixed = fixer.fix(fixer.Task(sources, None, settings, before, unsafe=True)).after
    was, now = (run("seed.mjs", files, tmp_path / name) for name, files in (("was", before), ("now", fixed)))

    assert min(was["mostAtOnce"] - 1, was["openAfterUnmount"], was["firedAfterUnmount"], was["madeAfterUnmount"]) > 0
    assert (now["mostAtOnce"], now["openAfterUnmount"]) == (1, 0)
    assert (now["firedAfterUnmount"], now["madeAfterUnmount"]) == (0, 0)
    assert (now["reconnected"], now["text"]) == (was["reconnected"], was["text"]) == (2, "hello")


def test_nothing_is_left_of_an_effect(tmp_path: Path) -> None:
    """Timers, sockets, observers and listeners that are left when a component has gone: some before, none after."""
    files: dict[str, bytes] = {}
    for module, (name, path) in EFFECTS.items():
        before, fixed = both(f"missing_effect_cleanup/{name}")
        files[f"was-{module}"], files[f"now-{module}"] = before.files[path], fixed[path]
    said = run("effects.mjs", files, tmp_path, [Path(name).stem for name in files], LEFT_ALONE)

    for module, left in said.items():
        if module.startswith("was-"):
            assert any(left.values()), module
        else:
            assert {name: much for name, much in left.items() if much} == {}, module


def test_the_newest_answer_is_shown(tmp_path: Path) -> None:
    """The ignore flag drops an answer that comes late, and asks for nothing else than before."""
    before, fixed = both("effect_race/before.react.tsx")
    was, now = run("race.mjs", before.files, tmp_path / "was"), run("race.mjs", fixed, tmp_path / "now")

    assert was["shown"] == {"User": "user old", "Derived": "/articles/old"}
    assert now["shown"] == {"User": "user new", "Derived": "/articles/new"}
    assert now["asked"] == was["asked"]


ITEMS = [f"item {'x' * (n * 7 % 13)}{n}" for n in range(25)]
SHAPES: list[list[Any]] = [
    ["keyed", "", ITEMS],
    ["summed", "", ITEMS],
    ["destructured", "", [[item, {"url": "bad" if n == 4 else item}] for n, item in enumerate(ITEMS)]],
]
LOOPS: list[list[Any]] = [
    ["users", "", ITEMS],
    ["filesOf", "", [{"id": item} for item in ITEMS]],
    ["sized", "", ITEMS],
    ["prepared", "", [{"role": "user" if n % 2 else "tool", "parts": [item]} for n, item in enumerate(ITEMS)]],
]


@pytest.mark.parametrize(("case", "calls"), [("ts", LOOPS), ("shapes.js", SHAPES)], ids=["ts", "shapes"])
def test_loops_give_the_same_in_a_fraction_of_the_time(case: str, calls: list[list[Any]], tmp_path: Path) -> None:
    """Same results in the same order, the same requests, and never more than ten at once."""
    before, fixed = both(f"await_in_loop/before.{case}")
    was, now = run("calls.mjs", before.files, tmp_path / "was", calls), run("calls.mjs", fixed, tmp_path / "now", calls)

    for name in was:
        assert now[name].get("result") == was[name].get("result"), name
        assert now[name]["asked"] == was[name]["asked"], name
        assert (was[name]["most"], now[name]["most"] <= 10) == (1, True), name
        assert now[name]["took"] * 3 < was[name]["took"], name


def test_the_seed_loop_keeps_its_errors_apart(tmp_path: Path) -> None:
    """Block 3 of the seed: what fails is reported in its place, the others go on."""
    seed, mended = both("await_in_loop/before.seed.js")
    before, fixed = seed.files["before.seed.js"], mended["before.seed.js"]
    head = b'const { chromium } = require("playwright");'
    stub = b"const chromium = { launch: async () => ({ close: async () => {} }) };"
    calls = [["testRoutes", "", [*ITEMS[:12], "bad"]]]
    texts = [t.replace(head, stub).replace(b"module.exports =", b"export") for t in (before, fixed)]
    said = [run("calls.mjs", {"seed.js": t}, tmp_path / str(n), calls) for n, t in enumerate(texts)]
    was, now = (s["testRoutes"] for s in said)

    assert now["result"] == was["result"]
    assert {"route": "bad", "error": "bad"} in now["result"]
    assert now["took"] * 4 < was["took"]
    assert now["most"] == 10


def test_awaits_that_are_independent_run_together(tmp_path: Path) -> None:
    """Same results and requests in half the time."""
    before, fixed = both("sequential_awaits/before.ts")
    calls = [["dashboard", "", "u1"], ["copy", "", "name", ["f"], ["t"]], ["Board", "open"]]
    was, now = run("calls.mjs", before.files, tmp_path / "was", calls), run("calls.mjs", fixed, tmp_path / "now", calls)

    for name in was:
        assert now[name].get("result") == was[name].get("result"), name
        assert now[name]["asked"] == was[name]["asked"], name
        assert now[name]["took"] < was[name]["took"], name
        assert now[name]["most"] == 2, name


def test_a_fan_out_is_bounded(tmp_path: Path) -> None:
    """All at once before, ten at a time after, the same results in the same order."""
    before, fixed = both("unbounded_fan_out/before.ts")
    prisma, fs = b'import { PrismaClient } from "@prisma/client";\n', b'import { readdir } from "fs/promises";'
    calls = [["proxied", "", {"body": {"urls": ITEMS}}]]
    texts = []
    for files in (before.files, fixed):
        text = files["before.ts"].replace(prisma, b"class PrismaClient {}\n").replace(fs, b"")
        texts.append({"before.ts": text.replace(b"const names = await readdir(root)", b"const names: string[] = []")})
    was, now = (run("calls.mjs", t, tmp_path / str(n), calls)["proxied"] for n, t in enumerate(texts))

    assert (was["most"], now["most"]) == (25, 10)
    assert (now["result"], now["asked"]) == (was["result"], was["asked"])


def test_a_module_builds_its_client_once(tmp_path: Path) -> None:
    """A client for every request before; one for all of them after."""
    route = "session_recreation/next_route"
    name = "app/api/names/route.ts"
    texts = [(ROOT / route / kind / name).read_bytes() for kind in ("before", "after")]
    count = (
        b'\nimport { built } from "./stubs.mjs";\nexport async function count() {\n'
        b'  const request = { json: async () => ({ name: "n" }) };\n  await POST(request);\n  await POST(request);\n'
        b"  await POST(request);\n  return built.clients;\n}\nconst Response = { json: (value) => value };\n"
    )
    calls = [["count", ""]]
    was, now = (run("calls.mjs", {"route.ts": t + count}, tmp_path / str(n), calls) for n, t in enumerate(texts))

    assert (was["count"]["result"], now["count"]["result"]) == (3, 1)
