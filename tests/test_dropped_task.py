"""What a dropped task's message claims is so of this task."""

import pytest

from tests.fixtures import scan

SEES_TO_IT = "    try:\n        await pull()\n    except Exception:\n        note()\n"
LETS_IT_OUT = "    await pull()\n"


@pytest.mark.parametrize(("body", "lost"), [(SEES_TO_IT, False), (LETS_IT_OUT, True)])
def test_an_error_is_only_lost_where_it_gets_out(body: str, lost: bool) -> None:
    source = f"import asyncio\nfrom work import note, pull\n\n\nasync def refresh():\n{body}\n\n"
    source += "async def serve():\n    asyncio.create_task(refresh())\n    await pull()\n"

    (finding,) = [f for f in scan({"app.py": source.encode()})[0] if f.rule == "dropped-task"]

    assert ("its error is lost" in finding.message) is lost
    assert "can be collected half done" in finding.message
