"""The README says what the program does."""

import re

import pytest

from tests.readme import README, written


@pytest.mark.skipif(not README.is_file(), reason="a wheel is tested without the README")
def test_the_generated_parts_are_up_to_date() -> None:
    """The rule table and the screen are what the program prints; if not: python -m tests.readme."""
    text = README.read_text("utf-8")

    assert written(text) == text


@pytest.mark.skipif(not README.is_file(), reason="a wheel is tested without the README")
def test_there_are_two_set_up_commands() -> None:
    """One line installs and runs the demo, one installs and runs the tests."""
    blocks = re.findall(r"^```sh\n(.*?)^```", README.read_text("utf-8"), re.S | re.M)

    assert [block.count("\n") for block in blocks] == [1, 1]
