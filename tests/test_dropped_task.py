"""What a dropped task's message claims is so of this task."""

import pytest

from asynccost.model import Safety
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


def test_work_of_a_thread_is_not_said_to_be_collected() -> None:
    """The thread of `to_thread()` holds who waits for it: the work is done, and nobody hears how it ended."""
    source = "import asyncio\nfrom work import pull\n\n\nasync def serve():\n"
    source += "    asyncio.create_task(asyncio.to_thread(pull))\n    await pull()\n"

    (finding,) = [f for f in scan({"app.py": source.encode()})[0] if f.rule == "dropped-task"]

    assert "Nobody waits for what its thread does" in finding.message
    assert "collected" not in finding.message


def test_a_collected_object_is_no_place_to_hold_a_task() -> None:
    source = "import asyncio\n\n\nclass Feed:\n    def __del__(self):\n        asyncio.ensure_future(self.leave())\n"

    (finding,) = [f for f in scan({"app.py": source.encode()})[0] if f.rule == "dropped-task"]

    assert finding.fix is not None
    assert finding.fix.safety is Safety.DISPLAY_ONLY
