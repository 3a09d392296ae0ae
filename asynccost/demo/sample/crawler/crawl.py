"""Downloads the pages of a site map."""

import asyncio
import sys

import aiohttp


async def fetch(url: str) -> str:
    async with aiohttp.ClientSession() as session:
        async with session.get(url) as response:
            return await response.text()


async def crawl(urls: list[str]) -> list[str]:
    return await asyncio.gather(*(fetch(url) for url in urls))


async def main() -> None:
    with open(sys.argv[1]) as listing:
        pages = await crawl([line.strip() for line in listing])
    print(sum(map(len, pages)))


if __name__ == "__main__":
    asyncio.run(main())
