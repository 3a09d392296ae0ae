"""`asynccost doctor`: hooks in their places, and whoever else stands around them."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from asynccost.cli.doctor import command

WRAPS = """
import functools
import httpx

send = httpx.AsyncClient.send

@functools.wraps(send)
async def traced(self, *args, **kwargs):
    return await send(self, *args, **kwargs)

httpx.AsyncClient.send = traced
print("it also prints")
"""
MOCKS = """
import aiohttp

async def _request(self, *args, **kwargs):
    return None

aiohttp.ClientSession._request = _request
"""


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An instrumentation and a mock, as packages that a program might import."""
    (tmp_path / "tracer.py").write_text(WRAPS)
    (tmp_path / "mocker.py").write_text(MOCKS)
    (tmp_path / "broken.py").write_text("1 / 0")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    return tmp_path


@pytest.mark.usefixtures("modules")
def test_hooks_wrappers_and_mocks_are_told_apart() -> None:
    """Who wraps ours is named; who replaces it is said to take our sight."""
    options = ["--import", "tracer", "--import", "mocker", "--import", "broken"]
    found = json.loads(CliRunner().invoke(command, [*options, "--format", "json"]).stdout)
    hooks = {h["attribute"]: h for library in found["libraries"] for h in library["hooks"]}
    send = next(h for name, h in hooks.items() if name.endswith("AsyncClient.send"))
    request = next(h for name, h in hooks.items() if name.endswith("ClientSession._request"))
    assert (send["reached"], send["others"]) == (True, ["tracer"])
    assert (request["reached"], request["others"]) == (False, ["mocker"])
    assert all(h["reached"] and not h["others"] for h in hooks.values() if h not in (send, request))
    assert found["failed"] == {"broken": "ZeroDivisionError: division by zero"}

    said = CliRunner().invoke(command, options).output
    assert "also hooked by tracer" in said
    assert "ClientSession._request" in said
    assert "broken: could not be imported" in said


def test_a_python_that_cannot_be_asked_is_said() -> None:
    """In one sentence."""
    done = CliRunner().invoke(command, ["--python", "/nowhere/python"], standalone_mode=False)
    assert "cannot be run" in str(done.exception)
