"""Suppression comments: every form, what they cover, and what is said about them."""

import pytest

from asynccost.model import Confidence, Finding, Span
from asynccost.suppress import Applied, apply, comments

FAMILIES = {"await-in-loop": "latency", "sequential-awaits": "latency", "session-recreation": "connections"}


def finding(line: int, rule: str = "await-in-loop", path: str = "a.py") -> Finding:
    return Finding(rule, path, Span(0, 1, line, 1, line, 2), "m", Confidence.HIGH)


def run(
    text: str, *findings: Finding, require_reason: bool = False, ran: dict[str, str] = FAMILIES
) -> Applied:
    found = {"a.py": comments(text.encode())}
    return apply(findings, found, families=FAMILIES, ran=ran, require_reason=require_reason)


@pytest.mark.parametrize(
    "line",
    [
        "f()  # asynccost: ignore[await-in-loop] reason",
        "f();  // asynccost: ignore[await-in-loop] reason",
        "f(); /* asynccost: ignore[await-in-loop] reason */",
        "<p>{/* asynccost: ignore[await-in-loop] reason */}",
        "<p><!-- asynccost: ignore[await-in-loop] reason -->",
        "f()  # noqa: X # asynccost: ignore[await-in-loop] reason # type: ignore",
        "f()  #asynccost:ignore[ await-in-loop , sequential-awaits ]reason",
        "f()  # asynccost: ignore[await-in-loop] reason\r",
    ],
)
def test_every_form_of_comment(line: str) -> None:
    (comment,) = comments(line.encode())
    assert comment.rules[0] == "await-in-loop"
    assert comment.reason == "reason"
    assert comment.covers == 1
    assert comment.column == line.index("asynccost:") + 1


@pytest.mark.parametrize("mark", ["# {}", "// {}", "/* {} */", "{{/* {} */}}", "<!-- {} -->", " * {}"])
def test_a_comment_of_its_own_covers_the_next_line_of_code(mark: str) -> None:
    text = mark.format("asynccost: ignore[await-in-loop] why")
    assert comments(f"x\n{text}\ny\n".encode())[0].covers == 3
    assert comments(f"{text}\n# more words\ny\n".encode())[0].covers == 3
    assert comments(text.encode())[0].covers == 2


def test_no_comment_no_suppression() -> None:
    assert comments(b"x = 'asynccost: ignore[await-in-loop]'") == []
    assert comments(b"# asynccost: ignored") == []
    assert comments(b"""run("f()  # asynccost: ignore[await-in-loop] why", x)""") == []
    assert comments(b"""run('say \\'no\\'  # asynccost: ignore[await-in-loop] why')""") == []
    assert comments(b"""f("it's")  # asynccost: ignore[await-in-loop] why""")
    assert comments(b"""<p>don't</p> {/* asynccost: ignore[await-in-loop] why */}""")
    assert comments(b"# see https://x/y#z") == []


def test_a_reason_may_hold_a_link() -> None:
    (comment,) = comments(b"f()  # asynccost: ignore[all] see https://x/y#z, issue #12")
    assert comment.reason == "see https://x/y#z, issue #12"


def test_a_line_of_twenty_megabytes_is_quick() -> None:
    data = b"// " * 7_000_000 + b"asynccost: ignore[x]"
    assert comments(data)[0].line == 1


def test_only_the_named_rule_on_the_covered_line_is_hidden() -> None:
    text = "# asynccost: ignore[await-in-loop] why\nf()\nf()\n"
    hidden, other, below = finding(2), finding(2, "session-recreation"), finding(3)
    applied = run(text, hidden, other, below)
    assert [f for f, _ in applied.suppressed] == [hidden]
    assert applied.kept == [other, below]


@pytest.mark.parametrize("name", ["await-in-loop", "latency", "all"])
def test_families_and_all(name: str) -> None:
    assert run(f"f()  # asynccost: ignore[{name}] why", finding(1)).kept == []


def test_a_whole_file() -> None:
    applied = run(
        "# asynccost: ignore-file[latency] generated\n", finding(9), finding(20, "sequential-awaits")
    )
    assert applied.kept == []
    assert len(applied.suppressed) == 2


def test_an_unused_comment_is_reported() -> None:
    (said,) = run("f()  # asynccost: ignore[await-in-loop] why\n").kept
    assert (said.rule, said.family, said.severity) == ("unused-suppression", "suppression", "info")
    assert said.span.line == 1
    assert len(said.fingerprint) == 16
    assert "await-in-loop" in said.message


def test_one_of_two_names_unused() -> None:
    (said,) = run("f()  # asynccost: ignore[await-in-loop, session-recreation] why\n", finding(1)).kept
    assert "session-recreation" in said.message


def test_a_comment_is_not_unused_because_its_rule_was_left_out() -> None:
    assert run("f()  # asynccost: ignore[await-in-loop] why\n", ran={"sequential-awaits": ""}).kept == []


def test_an_unknown_rule_is_reported_with_the_nearest() -> None:
    (said,) = run("f()  # asynccost: ignore[await-in-lop] why\n").kept
    assert said.rule == "unused-suppression"
    assert 'did you mean "await-in-loop"?' in said.message


def test_a_bare_comment_hides_nothing_and_says_what_to_write() -> None:
    applied = run("f()  # asynccost: ignore\n", finding(1))
    assert [f.rule for f in applied.kept] == ["await-in-loop", "bare-suppression"]
    assert "asynccost: ignore[await-in-loop] reason" in applied.kept[1].message


def test_reasons_can_be_required() -> None:
    text = "f()  # asynccost: ignore[await-in-loop]\n"
    assert run(text, finding(1)).kept == []
    (said,) = run(text, finding(1), require_reason=True).kept
    assert said.rule == "bare-suppression"


def test_equal_complaints_have_different_fingerprints() -> None:
    said = run("f()  # asynccost: ignore[all]\ng()  # asynccost: ignore[all]\n").kept
    assert len({f.fingerprint for f in said}) == 2
