"""A busy minute of the service: answers of the model server, and a crawl of some pages."""

import asyncio
import sys

from crawler.crawl import crawl
from service.licences import LicencesTool
from service.providers import OllamaProvider


async def main(base: str) -> None:
    provider = OllamaProvider(base, "llama3")
    for number in range(20):
        await provider.complete(f"question {number}")
    await LicencesTool(base).execute([f"model-{number}" for number in range(12)])
    await crawl([f"{base}/pages/{number}" for number in range(20)])
    if hasattr(provider, "close"):  # as it comes, it has nothing to close
        await provider.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
