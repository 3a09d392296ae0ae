"""A tool that the model may call."""

import aiohttp


class Tool:
    """What a model may call while it answers."""

    async def execute(self, models: list[str]) -> list[str]:
        """Answer the model."""
        raise NotImplementedError


class LicencesTool(Tool):
    """Looks up what models may be used for."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    async def execute(self, models: list[str]) -> list[str]:
        """One question after another, though none needs the one before."""
        texts = []
        async with aiohttp.ClientSession() as session:
            for model in models:
                async with session.get(f"{self.base_url}/api/licences/{model}") as response:
                    texts.append(await response.text())
        return texts
