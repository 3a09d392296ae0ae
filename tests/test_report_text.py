"""Text, concise and agent output: frames, narrow and plain terminals, what to do next."""

import re
from random import Random

import pytest

from asynccost.model import Problem, Span
from asynccost.report import as_agent, as_concise, as_text
from asynccost.report.as_text import Style
from asynccost.report.fix_diff import _differing
from asynccost.report.frame import cells, frame, visible
from tests.report_sample import SOURCE, many, report

LINES = SOURCE.split("\n")


def test_a_finding_shows_its_code_and_its_related_places() -> None:
    text = as_text.render(report())
    assert "src/a b.py:2:5 warning await-in-loop (high confidence)" in text
    assert "    2 │     for url in urls:\n" in text
    assert "      │     ^^^^^^^^^^^^^^^^" in text
    assert "line 3: this await" in text
    assert "fix (safe): turns are independent" in text
    assert "bad<.py:3 not read: line 3 could not be parsed" in text
    assert "4 findings in 2 files; 1 suppressed by comments; 1 problem" in text
    assert "\nNext: asynccost explain gone.py:7 says why, and what to do about it." in text


def test_wide_characters_and_tabs_are_underlined_in_place() -> None:
    wide = frame(LINES, Span(0, 1, 3, 9, 3, 26))[-1]
    assert wide.mark is not None
    assert wide.text[slice(*wide.mark)] == 'await fetch("😀", '
    assert cells("😀日") == 4
    tab = frame(LINES, Span(0, 1, 4, 11, 4, 19))[-1]
    assert tab.mark is not None
    assert tab.text[slice(*tab.mark)] == "Client()"


def test_control_characters_are_shown_not_obeyed() -> None:
    assert visible("a\u202eb\x1b[31m\x00") == "a<U+202E>b<U+001B>[31m<U+0000>"
    assert "\x1b" not in as_text.render(report())
    assert "\x07" not in as_text.render(report()) + as_concise.render(report())


def test_colour_only_when_asked_for() -> None:
    assert "\x1b[33mwarning\x1b[0m" in as_text.render(report(), Style(colour=True))
    assert as_text.render(report(), Style(unicode=False)).isascii()


@pytest.mark.parametrize("width", [30, 60, 100])
def test_narrow_terminals(width: int) -> None:
    lines = ["x = " + "a" * 300 + " + client()"]
    (line,) = frame(lines, Span(0, 1, 1, 308, 1, 316), width)
    assert line.mark is not None
    assert line.text[slice(*line.mark)] == "client()"
    assert len(line.text) <= width


def test_only_what_lies_between_the_changes_is_compared() -> None:
    """And the numbers are those of the whole file."""
    random = Random(7)
    for _ in range(300):
        old = [f"line {random.randrange(5)}" for _ in range(random.randrange(30))]
        new = old.copy()
        for _ in range(random.randrange(3)):
            at = random.randrange(len(new) + 1)
            new[at : at + random.randrange(3)] = [f"new {n}" for n in range(random.randrange(3))]
        assert _applied(old, [*_differing(old, new)]) == new


def _applied(old: list[str], diff: list[str]) -> list[str]:
    """The lines that a diff makes of others; fails where what it says of them is not so."""
    new, at = list[str](), 0
    for line in diff:
        sign, text = line[0], line[1:]
        if sign == "@":
            first, length = re.match(r"@@ -(\d+)(,0)?", line).groups()  # type: ignore[union-attr]
            start = int(first) - (0 if length else 1)
            new, at = [*new, *old[at:start]], start
        elif sign == "+":
            new.append(text)
        else:
            assert old[at] == text
            new, at = [*new, text] if sign == " " else new, at + 1
    return new + old[at:]


def test_the_lines_of_a_frame_stay_in_line() -> None:
    """All of them lose the margin that they share, and say where they were cut."""
    lines = ["        with client:", "            answer = await call(" + "x, " * 40 + ")", "", "\tdone()"]
    assert [line.text for line in frame(lines, Span(0, 1, 2, 22, 4, 8), 30)] == [
        "    with client:",
        "        answer = await call(x…",
        "",
        "done()",
    ]
    far = frame(["a = [" + "b, " * 30 + "c()]", "d = 1"], Span(0, 1, 1, 96, 2, 6), 30, "~")
    assert [line.text for line in far] == ["~b, b, b, c()]", "~"]
    assert far[0].mark is not None
    assert far[0].text[slice(*far[0].mark)] == "c()]"


@pytest.mark.parametrize("width", [50, 60, 80])
def test_no_line_but_one_that_cannot_be_broken_is_wider_than_the_terminal(width: int) -> None:
    """Commands stay whole, so that they can be copied; so do places."""
    sample = report(many(3))
    sample.problems.append(Problem("b.py", 1, "a message of many words, " * 5))
    text = as_text.render(sample, Style(width=width))
    assert [line for line in text.splitlines() if cells(line) > width and " " in line.strip()] == []
    assert "asynccost explain gone.py:7" in text
    assert "asynccost fix" in text


def test_a_long_place_is_cut_in_the_middle() -> None:
    shown = frame([f"line {n}" for n in range(1, 40)], Span(0, 1, 5, 1, 30, 8))
    assert [line.number for line in shown] == [4, 5, 6, 7, 8, 30]


def test_a_place_beyond_the_end_is_not_shown() -> None:
    assert frame(["one"], Span(0, 1, 9, 1, 9, 2)) == []


def test_a_long_list_says_how_to_adopt_step_by_step() -> None:
    long = report(many(60))
    assert "asynccost baseline create accepts what is here" in as_text.render(long)
    long.against = ("main",)
    last = as_text.render(long).partition("Next: ")[2]
    assert "asynccost scan --select await-in-loop (62" in last
    assert "per-file-ignores" in last


def test_nothing_found() -> None:
    empty = report()
    empty.findings, empty.problems = [], []
    assert as_text.render(empty).startswith("0 findings in 2 files;")


def test_statistics() -> None:
    assert "     2  await-in-loop\n     2  session-recreation" in as_text.render(report(), statistics=True)
    assert "     2  await-in-loop\n" in as_concise.render(report(), statistics=True)


def test_concise() -> None:
    lines = as_concise.render(report()).splitlines()
    assert lines[1] == "src/a b.py:2:5: await-in-loop (high) Each of the turns waits for the one before it."
    assert lines[4] == "bad<.py:3: not read: line 3 could not be parsed"


def test_agent_lines_say_what_to_do() -> None:
    lines = as_agent.render(report()).splitlines()
    assert lines[1] == (
        "src/a b.py:2:5 await-in-loop (high): Each of the turns waits for the one before it. "
        "[src/a b.py:3 this await] Do: Start all and gather them. Fix is safe: turns are independent"
    )
    assert lines[2:5] == ["  @@ -1,3 +1,3 @@", "  -async def handler(urls):", "  +axync def handler(urls):"]
    assert lines[9].startswith("bad<.py:3 not-read:")
