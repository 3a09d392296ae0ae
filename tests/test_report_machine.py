"""The formats that programs read, each checked by somebody else's schema or parser where there is one."""

import json
import re
from pathlib import Path

import jsonschema
import junitparser
import pytest

from asynccost.errors import ResultError
from asynccost.report import (
    FORMATS,
    as_github,
    as_gitlab,
    as_json,
    as_json_lines,
    as_junit,
    as_markdown,
    as_sarif,
)
from asynccost.report.as_sarif import line_hashes
from asynccost.report.merging import merged, read
from asynccost.report.schema import schema
from tests.report_sample import many, report

SARIF = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0.json").read_text())


def test_json_is_what_its_schema_says() -> None:
    document = json.loads(as_json.render(report()))
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(document, schema())
    first = document["findings"][1]
    assert first["path"] == "src/a b.py"
    assert (first["line"], first["column"], first["end_line"], first["end_column"]) == (2, 5, 3, 30)
    assert first["fix"]["safety"] == "safe"
    assert (first["cost"], first["evidence"], first["status"]) == (None, None, "new")
    assert document["errors"] == [
        {"path": "bad<.py", "line": 3, "kind": "parse", "message": "line 3 could not be parsed"}
    ]
    assert document["summary"]["by_severity"] == {"error": 1, "warning": 2, "info": 1}
    assert document["summary"]["skipped"] == {"excluded": 1}


def test_the_fields_of_a_finding_are_frozen() -> None:
    assert list(as_json.finding(report().findings[0])) == [
        *("rule", "family", "severity", "confidence", "message", "path", "line", "column", "end_line"),
        *("end_column", "function", "fingerprint", "fix", "cost", "evidence", "status", "related", "identity"),
    ]


def test_json_lines() -> None:
    rows = [json.loads(line) for line in as_json_lines.render(report()).splitlines()]
    assert [r["type"] for r in rows] == [*["finding"] * 4, "error", "summary"]


def test_sarif_is_valid_and_has_what_github_needs() -> None:
    document = json.loads(as_sarif.render(report()))
    jsonschema.validate(document, SARIF)
    (run,) = document["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert [r["level"] for r in run["results"]] == ["error", "warning", "warning", "note"]
    result = run["results"][1]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "src/a%20b.py", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 2, "startColumn": 5, "endLine": 3, "endColumn": 30}
    assert set(result["partialFingerprints"]) == {"asynccost/v1", "primaryLocationLineHash"}
    assert result["message"]["text"].endswith("See [line 3](1).")
    assert result["relatedLocations"][0]["id"] == 1
    assert result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"] == {"text": "x"}
    assert r"\[a\](1)" in run["results"][0]["message"]["text"]
    for rule in run["tool"]["driver"]["rules"]:
        assert len(rule["fullDescription"]["text"]) <= 1000
        assert rule["help"]["markdown"]
        assert "security-severity" not in rule["properties"]
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")
        assert len(rule["properties"]["tags"]) <= 10
    assert "bad" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_sarif_paths_start_at_the_repository() -> None:
    inside = report()
    inside.prefix = "services/api/"
    text = as_sarif.render(inside) + as_github.render(inside) + as_gitlab.render(inside)
    assert '"services/api/src/a%20b.py"' in text
    assert "file=services/api/src/a b.py," in text
    assert '"path": "services/api/gone.py"' in text


def test_sarif_is_cut_where_github_stops_reading() -> None:
    run = json.loads(as_sarif.render(report(many(25_000))))["runs"][0]
    assert len(run["results"]) == 25_000
    assert run["results"][0]["level"] == "error"
    assert (
        "4 findings were left out"
        in run["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]
    )


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (
            " a\nb\n  \t\tc\n d",
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
        ),
        *(
            (
                text,
                [
                    *("e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1"),
                    *("b3edc88f2938467e:1", "c8e28b0b4002a3a0:1", "c129715d7a2bc9a3:1"),
                ],
            )
            for text in (
                " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n",
                " hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r",
                " hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n",
                " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n",
            )
        ),
        (
            "Lorem ipsum dolor sit amet.\n" * 10,
            [
                *(f"a7f2ff13bc495cf2:{n}" for n in range(1, 7)),
                *("a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1"),
                "c129715d7a2bc9a3:1",
            ],
        ),
    ],
)
def test_line_hashes_are_those_of_codeql(text: str, hashes: list[str]) -> None:
    """The expected values are facts about CodeQL's algorithm, as its action's own tests state them."""
    found = line_hashes(text.encode(), range(1, 100))
    assert [found[n] for n in sorted(found)] == hashes


def test_line_hashes_count_in_utf16() -> None:
    def slowly(text: str) -> int:
        units = text.encode("utf-16-le")
        codes = [int.from_bytes(units[i : i + 2], "little") for i in range(0, len(units), 2)] + [65535]
        value = 0
        for code in (codes + [0] * 100)[:100]:
            value = (value * 37 + code) % 2**64
        return value

    assert line_hashes("x😀y".encode(), [1]) == {1: f"{slowly('x😀y'):x}:1"}


def test_github_commands() -> None:
    lines = as_github.render(report()).splitlines()
    assert lines[0].startswith(
        "::error title=asynccost (session-recreation),file=src/a b.py,line=4,col=11,endColumn=19::"
    )
    assert "%25" in lines[0]
    assert "::warning title=asynccost (await-in-loop),file=src/a b.py,line=2,endLine=3::Each" in "\n".join(
        lines
    )
    assert "::notice title=" in "\n".join(lines)
    assert lines[-1] == "::warning title=asynccost (not read),file=bad<.py,line=3::line 3 could not be parsed"


def test_gitlab_has_the_documented_fields() -> None:
    issues = json.loads(as_gitlab.render(report()))
    issue = {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "not": {"pattern": r"^(\./|/)"}},
                    "lines": {
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                        "required": ["begin"],
                    },
                },
            },
        },
    }
    jsonschema.validate(issues, {"type": "array", "items": issue, "minItems": 5})
    assert len({i["fingerprint"] for i in issues}) == len(issues)
    assert issues[0]["description"].startswith("session-recreation: ")


def test_junit_loads_in_another_parser(tmp_path: Path) -> None:
    file = tmp_path / "junit.xml"
    file.write_text(as_junit.render(report()), "utf-8")
    suites = junitparser.JUnitXml.fromfile(str(file))
    assert (suites.tests, suites.failures, suites.errors) == (5, 4, 1)
    cases = [case for suite in suites for case in suite]
    assert {type(case.result[0]).__name__ for case in cases} == {"Failure", "Error"}
    assert any("</script>" in case.result[0].message for case in cases)
    empty = report()
    empty.findings, empty.problems = [], []
    file.write_text(as_junit.render(empty))
    assert junitparser.JUnitXml.fromfile(str(file)).failures == 0


def test_markdown_fits_and_escapes() -> None:
    text = as_markdown.render(report())
    assert "| await-in-loop | 2 |" in text
    assert "&lt;/script&gt;" in text
    assert "`code`" in text
    assert r"\[a\](1)" in text
    assert "bad<.py:3" in text
    long = as_markdown.render(report(many(5_000)))
    assert len(long) <= 60_000
    assert re.search(r"4,\d\d\d more findings did not fit here", long)


def test_shards_merge_into_one_result(tmp_path: Path) -> None:
    one, two = report(), report(many(3))
    whole = report(many(3))
    (tmp_path / "1.json").write_text(as_json.render(one))
    (tmp_path / "2.json").write_text(as_json.render(two))
    document = json.loads(merged([read(str(tmp_path / "1.json")), read(str(tmp_path / "2.json"))]))
    jsonschema.validate(document, schema())
    assert document["findings"] == json.loads(as_json.render(whole))["findings"]
    assert document["summary"]["files"] == 4
    assert document["summary"]["errors"] == 1
    (tmp_path / "3.json").write_text("[]")
    for name in ("3.json", "gone.json"):
        with pytest.raises(ResultError, match=name):
            read(str(tmp_path / name))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_names_files_that_were_not_read(name: str) -> None:
    from importlib import import_module

    text = import_module(f"asynccost.report.as_{name.replace('-', '_')}").render(report())
    assert "could not be parsed" in text
    assert re.search("bad(<|&lt;|%3C).py", text)
