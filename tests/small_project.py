"""A small project in two languages whose findings depend on other files, and the means to scan it."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from textwrap import dedent
from typing import Any

from asynccost import scanning
from asynccost.config import settings
from asynccost.engine.rows import finding_row, problem_row
from asynccost.model import Finding

PYTHON = {
    "app/__init__.py": "",
    "app/clients.py": """
        import aiohttp
        import httpx

        def make():
            return aiohttp.ClientSession()

        async def fetch(url):
            async with aiohttp.ClientSession() as session:
                async with session.get(url) as response:
                    return await response.text()

        async def once(url):
            client = httpx.AsyncClient()
            return await client.get(url)

        class Api:
            def __init__(self):
                self.session = aiohttp.ClientSession()

            async def get(self, url):
                async with self.session.get(url) as response:
                    return await response.json()
        """,
    "app/crawl.py": """
        from app import clients
        from app.clients import fetch as get

        async def crawl(urls):
            pages = []
            for url in urls:
                pages.append(await get(url))
            return pages

        async def keep():
            session = clients.make()
            try:
                return await session.get("https://example.org/a")
            finally:
                await session.close()

        async def pair(left, right):
            first = await get(left)
            second = await get(right)
            return first, second
        """,
    "app/main.py": """
        import asyncio

        from app.clients import Api, once
        from app.crawl import crawl
        from app.tasks import start

        async def main():
            api = Api()
            start(crawl(["https://example.org"]))
            await once("https://example.org")
            return await api.get("https://example.org")

        asyncio.run(main())
        """,
    "app/tasks.py": """
        import asyncio

        RUNNING = set()

        def start(coroutine):
            return asyncio.create_task(coroutine)

        def keep(coroutine):
            task = asyncio.create_task(coroutine)
            RUNNING.add(task)
            task.add_done_callback(RUNNING.discard)
            return task
        """,
    "app/slow.py": """
        import time

        import requests

        def pause():
            time.sleep(1)

        def load(url):
            pause()
            return requests.get(url).json()
        """,
    "app/web.py": """
        import asyncio
        import time

        from fastapi import APIRouter

        from app import slow
        from app.clients import fetch, make
        from app.tasks import keep, start

        router = APIRouter()

        @router.get("/pages")
        async def pages(url: str):
            start(fetch(url))
            keep(fetch(url))
            slow.load(url)
            time.sleep(0.1)
            return await fetch(url)

        @router.get("/all")
        async def everything(urls: list[str]):
            session = make()
            return await asyncio.gather(*[session.get(url) for url in urls])
        """,
}  # fmt: skip
JAVASCRIPT = {
    "web/clients.ts": """
        import axios from "axios";
        import OpenAI from "openai";

        export function makeClient() {
          return axios.create({ baseURL: "https://example.org" });
        }

        export async function ask(text: string) {
          const client = new OpenAI();
          return client.chat.completions.create({ model: "m", messages: [{ role: "user", content: text }] });
        }
        """,
    "web/index.ts": 'export * from "./clients";\nexport { poll as watch } from "./poll";\n',
    "web/poll.ts": """
        export function poll(check: () => void) {
          return setInterval(check, 1000);
        }

        export class Poller {
          start() {
            setInterval(() => this.tick(), 1000);
          }
          tick() {}
        }
        """,
    "web/server.ts": """
        import express from "express";
        import { ask, makeClient, watch } from ".";

        const app = express();

        app.get("/ask", async (request, response) => {
          const client = makeClient();
          const user = await client.get("/user");
          const plan = await client.get("/plan");
          response.json([await ask(request.query.text as string), user, plan]);
        });

        export async function askAll(texts: string[]) {
          const answers = [];
          for (const text of texts) {
            answers.push(await ask(text));
          }
          watch(() => console.log(answers.length));
          return answers;
        }
        """,
    "web/Clock.tsx": """
        import { useEffect, useState } from "react";
        import { watch } from ".";

        export function Clock({ city }: { city: string }) {
          const [now, setNow] = useState(0);
          useEffect(() => {
            setInterval(() => setNow(Date.now()), 1000);
          }, []);
          useEffect(() => {
            fetch("/api/" + city).then((r) => r.json()).then(setNow);
            watch(() => setNow(1));
          }, [city]);
          return <p>{now}</p>;
        }
        """,
}  # fmt: skip


@dataclass(slots=True, frozen=True)
class Answer:
    """What a scan said: findings of any confidence and problems, as rows that can be compared."""

    findings: tuple[Any, ...]
    problems: tuple[Any, ...]

    def of(self, paths: set[str]) -> "Answer":
        """The part that is about these files."""
        return Answer(
            tuple(f for f in self.findings if f[1] in paths), tuple(p for p in self.problems if p[0] in paths)
        )


def write(root: Path, files: dict[str, str] | None = None) -> Path:
    """Write a project; its times lie well in the past, so that a cache may trust them."""
    for path, text in (files or {**PYTHON, **JAVASCRIPT}).items():
        put(root, path, dedent(text).lstrip("\n").encode())
    (root / "asynccost.toml").write_text("")
    return root


def put(root: Path, path: str, data: bytes, at: int = 1_700_000_000) -> None:
    """Write one file with a given time of change."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    os.utime(file, (at, at))


def scan(
    root: Path,
    paths: Sequence[str] = (),
    *,
    texts: dict[str, bytes] | None = None,
    shard: tuple[int, int] | None = None,
    check_cache: bool = False,
    order: Random | None = None,
    **options: Any,
) -> Answer:
    """Scan a project, or some paths of it, as the command line would. options: settings by name."""
    named = [str(root / p) for p in paths]
    handed = {str(root / p): text for p, text in (texts or {}).items()}
    given = {"confidence": "low", "jobs": 1, "cache": False, **options}
    chosen = settings.load([*named, *handed] or [str(root)], options=given, environment={})
    where = named if named or handed else [str(root)]
    found = scanning.project(scanning.Input(where, handed or None, shard), chosen, check_cache)
    if order:
        order.shuffle(found.sources)
    report = scanning.scan(found, chosen, check_cache=check_cache)
    return Answer(tuple(map(_plain, report.findings)), tuple(tuple(problem_row(p)) for p in report.problems))


def _plain(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.path, json.dumps(finding_row(finding), sort_keys=True)
