"""The programs that tests/benchmarks/claims.py measures; each prints one line of JSON."""

CLIENT = """
import asyncio, json, ssl, sys, time
url, certificate, library, kept, calls = sys.argv[1:6]
context = ssl.create_default_context(cafile=certificate)
body = {"model": "m", "prompt": "p"}
import aiohttp, httpx

async def send(client):
    if library == "aiohttp":
        async with client.post(url + "/api/generate", json=body, ssl=context) as answer:
            await answer.json()
    else:
        (await client.post(url + "/api/generate", json=body)).json()

def build():
    if library == "aiohttp":
        return aiohttp.ClientSession()
    if library == "httpx":  # what its default does, with the server's certificate trusted as well
        own = httpx.create_ssl_context()
        own.load_verify_locations(certificate)
        return httpx.AsyncClient(verify=own)
    return httpx.AsyncClient(verify=context)

async def main():
    one = build()
    async with one:
        await send(one)
        began = time.process_time()
        for _ in range(int(calls)):
            if kept == "kept":
                await send(one)
            else:
                async with build() as client:
                    await send(client)
        print(json.dumps(time.process_time() - began))

asyncio.run(main())
"""
BUILD = """
import json, time, aiohttp, asyncio, httpx, ssl
async def main():
    found = {}
    shared = ssl.create_default_context()
    ways = {
        "httpx.AsyncClient()": httpx.AsyncClient,
        "httpx.AsyncClient(verify=shared context)": lambda: httpx.AsyncClient(verify=shared),
        "aiohttp.ClientSession()": aiohttp.ClientSession,
    }
    for name, build in ways.items():
        build(); times = []
        for _ in range(20):
            began = time.process_time(); client = build(); times.append(time.process_time() - began)
        found[name] = sorted(times)[10]
    print(json.dumps(found))
import warnings; warnings.simplefilter("ignore")
asyncio.run(main())
"""
TOGETHER = """
import asyncio, json, time
async def one(): await asyncio.sleep(0.05)
async def main():
    began = time.perf_counter()
    for _ in range(10): await one()
    serial = time.perf_counter() - began
    began = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(10)))
    together = time.perf_counter() - began
    limit = asyncio.Semaphore(3)
    async def held():
        async with limit: await one()
    began = time.perf_counter()
    await asyncio.gather(*(held() for _ in range(10)))
    print(json.dumps([serial / together, serial / (time.perf_counter() - began)]))
asyncio.run(main())
"""
LEAK = """
import asyncio, gc, json, ssl, sys, psutil, aiohttp
url, certificate = sys.argv[1:3]
context = ssl.create_default_context(cafile=certificate)
async def main():
    kept = []
    async def leak(n):
        for _ in range(n):
            session = aiohttp.ClientSession()
            async with session.post(url + "/api/generate", json={"model": "m", "prompt": "p"}, ssl=context) as answer:
                await answer.json()
            kept.append(session)
    await leak(20)
    before = psutil.Process().memory_info().rss
    await leak(100)
    print(json.dumps((psutil.Process().memory_info().rss - before) / 100))
    for session in kept: await session.close()
asyncio.run(main())
"""
