"""Which rules look at a file is told by its words."""

from itertools import pairwise

import pytest

from asynccost.errors import RuleError
from asynccost.knowledge import Knowledge
from asynccost.rulebook import load
from asynccost.tokens import Tokens

CARDS = {"tasks": ["create_task", "asyncio & wait"], "effects": ["*Effect*"], "clients": ["@clients"]}


@pytest.mark.parametrize(
    ("source", "rules"),
    [
        (b"asyncio.create_task(x)", ["tasks"]),
        (b"hass.async_create_task(x)", []),
        (b"asyncio.wait_for(x)", []),
        (b"from asyncio import wait", ["tasks"]),
        (b"useFooEffect(() => {})", ["effects"]),
        (b"import httpx\nhttpx.AsyncClient()", ["clients"]),
        (b"import httpx\nhttpx.get()", []),
        (b"const { S3Client } = require('@aws-sdk/client-s3')", ["clients"]),
        (b"", []),
    ],
)
def test_a_rule_looks_where_one_of_its_tokens_stands(source: bytes, rules: list[str]) -> None:
    assert Tokens(CARDS, Knowledge()).found(source).rules == rules


def test_a_part_is_worth_lowering_where_it_holds_any_word_that_told() -> None:
    source = b"import { S3Client } from '@aws-sdk/client-s3';\nconst a = new S3Client();\nconst b = 1;\n"
    found = Tokens(CARDS, Knowledge()).found(source)

    lines = [0, *(at + 1 for at, byte in enumerate(source) if byte == 10)]
    assert [found.search(source, start, end) for start, end in pairwise(lines)] == [True, True, False]


def test_a_line_that_a_user_adds_to_a_table_is_a_token() -> None:
    source = b"from ourlib import Gateway"
    ours = Knowledge({"clients": {"clients": {"ourlib.Gateway": {"what": "a gateway", "cost": "pool", "close": []}}}})

    assert Tokens(CARDS, Knowledge()).found(source).rules == []
    assert Tokens(CARDS, ours).found(source).rules == ["clients"]


def test_a_token_names_a_table_that_exists() -> None:
    with pytest.raises(RuleError, match=r"the tokens of odd name the table @clients\.nothing"):
        Tokens({"odd": ["@clients.nothing"]}, Knowledge())


def test_every_card_has_tokens_for_its_languages() -> None:
    for rule in load().values():
        assert set(rule.tokens) == set(rule.languages), rule.name
