"""Nothing that a program sends or receives leaves it by the probe: no body, header, key, query or path as sent."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asynccost.probe import tracefile
from asynccost.probe.routes import COMMON, Routes
from asynccost.probe.trace import Calls
from asynccost.probe.urls import split
from tests.probe_server import running

for library in ("aiohttp", "httpx", "requests"):
    pytest.importorskip(library)

MARKS = [f"S3CRETmark{n:04x}" for n in range(40)]
WORDS = ("swordfish", "hunter", "opensesame", "trustno", "letmein")  # secrets that look like words

PROGRAM = """
import asyncio, itertools, json, sys, aiohttp, httpx, requests
url, marks, words = sys.argv[1], sys.argv[2].split(","), sys.argv[3].split(",")
mark = itertools.cycle(marks)

def options(library):
    more = {"headers": {"X-Key": f"Bearer {next(mark)}", next(mark): next(mark)}}
    return more | {"params": {next(mark): next(mark)}, "cookies": {next(mark): next(mark)}}

def secret_url(word):
    host = url.replace("http://", f"http://{next(mark)}:{next(mark)}@")
    return f"{host}/reset/{word}/{next(mark)}?key={next(mark)}#{next(mark)}"

async def main():
    async with aiohttp.ClientSession() as session:
        for word in words:
            async with session.post(secret_url(word), json={"password": next(mark)}, **options("aiohttp")) as r:
                await r.read()
            async with session.get(f"{url}/reset/{word}") as r:
                await r.read()
    async with httpx.AsyncClient() as client:
        for word in words:
            await client.post(secret_url(word), content=next(mark), **options("httpx"))
        messages = [{"role": "user", "content": next(mark) + " " + word}]
        prompt = {"model": "gpt-4o", "messages": messages, "user": next(mark)}
        await client.post(f"{url}/v1/chat/completions", json=prompt)
        await client.post(f"{url}/v1/embeddings", json={"model": "text-embedding-3-small", "input": [next(mark)] * 2})
        try:
            await client.get(f"http://{next(mark)}:1@127.0.0.1:1/{next(mark)}")
        except httpx.HTTPError:
            pass
    for word in words:
        requests.post(secret_url(word), data=next(mark))
    for _ in range(3):
        requests.get(f"{url}/status/404/{next(mark)}/{word}")

asyncio.run(main())
"""


def test_no_mark_is_in_the_trace_the_summary_or_a_report(tmp_path: Path) -> None:
    """URLs, user names, paths, queries, fragments, headers, cookies, bodies, prompts and arguments of the command."""
    (tmp_path / "app.py").write_text(PROGRAM)
    with running() as server:
        words = ["--", "app.py", server.url, ",".join(MARKS), ",".join(WORDS)]
        command = [sys.executable, "-m", "asynccost", "run", "--trace", "t.jsonl", *words]
        env = {**os.environ, "API_KEY": MARKS[0]}
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    merge = [sys.executable, "-m", "asynccost", "merge", "t.jsonl", "t.jsonl"]
    merged = subprocess.run(merge, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    ours = [sys.executable, "-m", "asynccost"]
    told = [
        subprocess.run([*ours, *ask], cwd=tmp_path, capture_output=True, text=True, check=True)
        for ask in (
            ("compare", "t.jsonl", "t.jsonl"),
            *(("scan", "app.py", "--trace=t.jsonl", "--exit-zero", f"--format={f}") for f in ("text", "json", "html")),
        )
    ]
    assert all("aiohttp" in report.stdout for report in told[1:])
    text = (tmp_path / "t.jsonl").read_text() + done.stderr + merged
    text += "".join(report.stdout + report.stderr for report in told)

    sent = "\n".join(server.requests)
    assert all(mark in sent for mark in MARKS[:4]), "the program sent them"
    assert [mark for mark in (*MARKS, *WORDS) if mark.lower() in text.lower()] == []
    trace = tracefile.read(str(tmp_path / "t.jsonl"))
    assert sum(c.requests for c in trace.rows(Calls)) == 5 * 2 + 5 + 3 + 5 + 3
    assert {c.path for c in trace.rows(Calls)} >= {"/reset/{}", "/v1/chat/completions", "/v1/embeddings"}


SEGMENTS = st.text(st.characters(categories=("L", "N", "P"), exclude_characters="/?#"), min_size=1, max_size=20)


@given(st.lists(SEGMENTS, min_size=1, max_size=8, unique=True))
def test_a_segment_seen_alone_never_survives_unless_apis_use_it(segments: list[str]) -> None:
    """One path of any segments: what is left are placeholders, versions and common words."""
    left = Routes().find("http://h/" + "/".join(segments))[1].template().split("/")[1:]

    assert all(part in COMMON or part in ("{}", "") or part[1:].isdigit() for part in left)


def test_names_of_collections_survive_and_what_they_hold_does_not() -> None:
    """Several different followers make a word a collection; among too many siblings it is a value."""
    routes = Routes()
    for number in range(5):
        _, found = routes.find(f"http://h/widgets/{number}/gears")
    names = ["".join(("ba", chr(97 + n // 26), "a", chr(97 + n % 26), "o")) for n in range(60)]
    for name in names:
        for follower in "abc":
            routes.find(f"http://h/friends/{name}/{follower}")

    assert found.template() == "/widgets/{}/{}"
    assert {routes.find(f"http://h/friends/{name}/a")[1].template() for name in names} == {"/friends/{}/{}"}


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://u:p@Api.Example.com:443/v1/x?q=1#f", ("https://api.example.com", "/v1/x", "q=1")),
        ("http://[::1]:8080", ("http://[::1]:8080", "/", "")),
        ("http://[::1]/a", ("http://[::1]", "/a", "")),
        ("/only/a/path?x", ("", "/only/a/path", "x")),
    ],
)
def test_urls_are_split_without_their_user_names(url: str, parts: tuple[str, str, str]) -> None:
    """An origin is scheme, host and port; default ports are left out."""
    assert split(url) == parts
