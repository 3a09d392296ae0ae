"""A provider class with a session a call, before and after its fix: two runs over TLS, and whether the fix paid."""

import json
import ssl
import sys
from pathlib import Path

import pytest
import trustme
from click.testing import CliRunner

from asynccost.cli.compare import command as compare
from asynccost.probe import tracefile
from asynccost.probe.running import run
from tests.llm_server import Provider, prompts, serving

BEFORE = """
import aiohttp

class OllamaProvider:
    def __init__(self, base_url, context):
        self.base_url, self.context = base_url, context

    async def initialize(self):
        pass

    async def complete(self, prompt):
        async with aiohttp.ClientSession() as session:
            body = {"model": "llama3", "prompt": prompt, "stream": False}
            async with session.post(f"{self.base_url}/api/generate", json=body, ssl=self.context) as answer:
                return (await answer.json())["response"]

    async def close(self):
        pass
"""
AFTER = """
import aiohttp

class OllamaProvider:
    def __init__(self, base_url, context):
        self.base_url, self.context = base_url, context
        self._session = None

    async def initialize(self):
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=100, limit_per_host=30))

    async def complete(self, prompt):
        body = {"model": "llama3", "prompt": prompt, "stream": False}
        async with self._session.post(f"{self.base_url}/api/generate", json=body, ssl=self.context) as answer:
            return (await answer.json())["response"]

    async def close(self):
        await self._session.close()
"""
MAIN = """
import asyncio, ssl, sys
from provider import OllamaProvider

async def main(url, certificate):
    provider = OllamaProvider(url, ssl.create_default_context(cafile=certificate))
    await provider.initialize()
    for number in range(25):
        assert await provider.complete(f"question {number}") == "done"
    await provider.close()

asyncio.run(main(*sys.argv[1:]))
"""


def test_connections_go_from_many_to_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`compare` shows N and 1, as the server counted them, and the seconds of their handshakes."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.chdir(tmp_path)
    Path("main.py").write_text(MAIN)
    counted = []
    for name, code in (("before", BEFORE), ("after", AFTER)):
        Path("provider.py").write_text(code)
        with serving(Provider(), context) as server:
            ran = run([sys.executable, "main.py", server.url, "ca.pem"])
            assert ran.code == 0
            counted.append(server.connections)
        tracefile.write(f"{name}.jsonl", tracefile.dumps(ran.trace))
    assert counted == [25, 1]

    said = json.loads(CliRunner().invoke(compare, ["before.jsonl", "after.jsonl", "--format", "json"]).output)

    before, after = said["before"], said["after"]
    assert [side["counts"]["new connections"] for side in (before, after)] == counted
    assert [side["counts"]["clients"] for side in (before, after)] == counted
    assert said["same_work"]
    assert said["verdict"] in ("paid", "mixed")  # CPU seconds of a busy machine may speak against it
    assert after["seconds"]["DNS, TCP and TLS"] < before["seconds"]["DNS, TCP and TLS"]
    text = CliRunner().invoke(compare, ["before.jsonl", "after.jsonl"]).output
    assert "24 fewer new connections" in text


ASKS = """
import asyncio, json, sys
import httpx

async def main(url):
    async with httpx.AsyncClient() as client:
        for messages in json.load(open("prompts.json")):
            answer = await client.post(f"{url}/v1/chat/completions", json={"model": "gpt-4o", "messages": messages})
            answer.raise_for_status()

asyncio.run(main(sys.argv[1]))
"""


def test_the_static_part_in_front_pays_what_the_server_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten calls on one workflow under `asynccost run`: hit rate and dollars are those of the server's own bill."""
    monkeypatch.chdir(tmp_path)
    Path("main.py").write_text(ASKS)
    servers = {"before": Provider(), "after": Provider()}
    for name, order in (("before", "static part behind"), ("after", "static part in front")):
        Path("prompts.json").write_text(json.dumps(list(prompts(order))))
        with serving(servers[name]) as server:
            ran = run([sys.executable, "main.py", server.url])
        assert ran.code == 0
        tracefile.write(f"{name}.jsonl", tracefile.dumps(ran.trace))
    said = json.loads(CliRunner().invoke(compare, ["before.jsonl", "after.jsonl", "--format", "json"]).output)
    for name, server in servers.items():
        paid = sum(c["likely"] for c in said[name]["costs"] if c["kind"] == "llm")
        assert paid == pytest.approx(float(server.bill), abs=1e-9)
        assert said[name]["counts"]["model calls"] == server.calls == 10
        assert said[name]["prompt_cache_hit_rate"] == pytest.approx(server.cached / server.input)
    assert said["before"]["prompt_cache_hit_rate"] == 0
    assert said["after"]["prompt_cache_hit_rate"] == pytest.approx(0.84, abs=0.01)
    assert not any(b"workflows" in Path(f"{name}.jsonl").read_bytes() for name in servers)
