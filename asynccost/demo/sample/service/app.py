"""A small service that answers questions about documents."""

import asyncio
import time
from functools import lru_cache

import httpx
import requests
from fastapi import FastAPI

from service.providers import OllamaProvider

app = FastAPI()
provider = OllamaProvider("http://127.0.0.1:11434", "llama3")


@app.get("/answer")
async def answer(question: str) -> dict[str, str]:
    """Answer one question; two independent look-ups wait for each other."""
    profile = await fetch_profile(question)
    prices = await fetch_prices(question)
    asyncio.create_task(record(question))
    text = await provider.complete(f"{profile} {prices} {question}")
    return {"answer": text}


@app.post("/summaries")
async def summaries(questions: list[str]) -> list[str]:
    """One completion after another, though none needs the one before."""
    texts = []
    for question in questions:
        texts.append(await provider.complete(question))
    return texts


async def fetch_profile(name: str) -> str:
    async with httpx.AsyncClient(timeout=None) as client:
        response = await client.get("http://127.0.0.1:9000/profile", params={"name": name})
        return response.text


async def fetch_prices(name: str) -> str:
    async with httpx.AsyncClient() as client:
        response = await client.get("http://127.0.0.1:9000/prices", params={"name": name})
        return response.text


async def record(question: str) -> None:
    time.sleep(0.1)
    requests.post("http://127.0.0.1:9000/audit", json={"question": question})


@lru_cache
async def settings() -> dict[str, str]:
    async with httpx.AsyncClient() as client:
        return (await client.get("http://127.0.0.1:9000/settings")).json()
