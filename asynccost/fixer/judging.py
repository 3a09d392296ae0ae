"""Whether a file is still sound with some fixes made: by a second parser, and by its encoding."""

from collections.abc import Callable, Sequence

from asynccost.files.splice import SpliceError, on_disk, splice
from asynccost.fixer.choosing import joined
from asynccost.fixer.proposals import Proposal


def judging(path: str, language: str, data: bytes, text: bytes) -> Callable[[Sequence[Proposal]], str | None]:
    """What says why a file with some fixes made is broken, by the second parser and by its encoding."""
    if language == "python":
        from asynccost.python.second_opinion import broken
    else:
        from asynccost.javascript.second_opinion import broken

    def judge(proposals: Sequence[Proposal]) -> str | None:
        edits = joined(proposals)
        try:
            on_disk(data, text, language, edits)
        except SpliceError as error:
            return f"the file {error}"
        said = broken(path, text, splice(text, edits))
        return said and f"it breaks the file: {said}"

    return judge
