"""Talks to the model servers."""

import aiohttp


class OllamaProvider:
    """Completes prompts on a local model server."""

    def __init__(self, base_url: str, model: str) -> None:
        self.base_url = base_url
        self.model = model

    async def complete(self, prompt: str) -> str:
        async with aiohttp.ClientSession() as session:
            body = {"model": self.model, "prompt": prompt, "stream": False}
            async with session.post(f"{self.base_url}/api/generate", json=body) as response:
                return (await response.json())["response"]

    async def models(self) -> list[str]:
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{self.base_url}/api/tags") as response:
                return [m["name"] for m in (await response.json())["models"]]
