"""Settings: which file counts, what wins, and sentences for what is wrong."""

from pathlib import Path

import pytest

from asynccost.config import settings
from asynccost.config.selection import chosen, visible
from asynccost.errors import RuleError, SettingsError
from asynccost.model import Confidence, Finding, Span

FAMILIES = {"await-in-loop": "latency", "sequential-awaits": "latency", "session-recreation": "connections"}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def load(*paths: str, **options: object) -> settings.Settings:
    return settings.load(paths, options=options, environment={})


def test_nothing_set(here: Path) -> None:
    found = load()
    assert found.root == str(here)
    assert found.file is None
    assert found.confidence is Confidence.MEDIUM
    assert found.cache_dir == str(here / ".asynccost_cache")
    assert found.origin("confidence") == "default"


@pytest.mark.parametrize(
    ("name", "text", "oldest"),
    [
        ("pyproject.toml", '[project]\nrequires-python = ">=3.9,<3.13"', "3.9"),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.8.1"', "3.8"),
        ("setup.cfg", "[options]\npython_requires = >=3.7\n", "3.7"),
        ("setup.py", "setup(name='bot', python_requires='>=3.8.1')", "3.8"),
        ("pyproject.toml", '[project]\nrequires-python = ">=3.11"', "3.11"),
        ("pyproject.toml", '[tool.black]\ntarget-version = ["py38", "py310"]', "3.8"),
        ("pyproject.toml", '[tool.ruff]\ntarget-version = "py39"', "3.9"),
        ("Dockerfile", "FROM docker.io/python:3.8-slim AS base\nRUN true\n", "3.8"),
        ("Dockerfile", "FROM python:3.12\n", None),
        (".python-version", "3.9.18\n", "3.9"),
        ("pyproject.toml", "[project", None),
        ("pyproject.toml", "project = 3\ntool = 'none'", None),
    ],
)
def test_the_oldest_python_is_what_the_packaging_says(here: Path, name: str, text: str, oldest: str | None) -> None:
    """Fixes write what that version can evaluate; the user's own word wins."""
    (here / name).write_text(text)
    found = settings.load(environment={}, isolated=True)
    assert found.knowledge.get("project", {}).get("python") == oldest
    assert oldest is None or found.origin("knowledge") == str(here / name)
    told = settings.load(config="knowledge = { project = { python = '3.12' } }", environment={})
    assert told.knowledge["project"]["python"] == "3.12"


@pytest.mark.parametrize(
    ("name", "text", "types"),
    [
        ("pyproject.toml", '[tool.mypy]\npython_version = "3.11"\nstrict = true', "strict"),
        ("pyproject.toml", '[tool.pyright]\ntypeCheckingMode = "strict"', "strict"),
        ("pyproject.toml", "[tool.mypy]\nfiles = ['a']\n[tool.other]\nstrict = true", "checked"),
        ("mypy.ini", "[mypy]\ndisallow_untyped_defs = True\n", "strict"),
        ("setup.cfg", "[mypy-a.*]\nstrict = True\n", None),
        ("pyrightconfig.json", '{"typeCheckingMode": "strict"}', "strict"),
        ("mypy.ini", "[mypy]\nstrict_optional = True\n", "checked"),
        ("pyproject.toml", "[tool.ruff]\nline-length = 100\n", None),
    ],
)
def test_a_type_check_is_seen(here: Path, name: str, text: str, types: str | None) -> None:
    """Fixes write no function without annotations where it is strict, and no empty set where there is any."""
    (here / name).write_text(text)
    assert settings.load(environment={}, isolated=True).knowledge.get("project", {}).get("types") == types


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("asynccost.toml", 'confidence = "high"'),
        (".asynccost.toml", 'confidence = "high"'),
        ("pyproject.toml", '[tool.asynccost]\nconfidence = "high"'),
        ("package.json", '{"name": "x", "asynccost": {"confidence": "high"}}'),
    ],
)
def test_each_kind_of_file(here: Path, name: str, text: str) -> None:
    (here / name).write_text(text)
    assert load().confidence is Confidence.HIGH


def test_a_file_that_is_not_about_us_is_passed_over(here: Path) -> None:
    (here / "asynccost.toml").write_text('confidence = "low"')
    (here / "pkg").mkdir()
    (here / "pkg" / "pyproject.toml").write_text('[project]\ndependencies = ["asynccost"]')
    (here / "pkg" / "package.json").write_text('{"devDependencies": {"asynccost": "1"}}')
    assert load("pkg").confidence is Confidence.LOW


def test_the_nearest_file_wins_and_makes_the_root(here: Path) -> None:
    (here / "asynccost.toml").write_text("jobs = 3")
    (here / "pkg").mkdir()
    (here / "pkg" / "asynccost.toml").write_text('fail-on = "error"')
    near = load("pkg")
    assert (near.root, near.jobs, near.fail_on) == (str(here / "pkg"), 0, "error")
    assert load(".").jobs == 3


def test_extend_merges(here: Path) -> None:
    (here / "base.toml").write_text(
        'jobs = 3\nextend-exclude = ["a"]\nignore = ["x"]\n[per-file-ignores]\n"t" = ["r"]\n'
    )
    (here / "asynccost.toml").write_text(
        'extend = "base.toml"\nextend-exclude = ["b"]\n[per-file-ignores]\n"u" = ["s"]\n'
    )
    found = load()
    assert found.jobs == 3
    assert found.extend_exclude == ("a", "b")
    assert found.per_file_ignores == {"t": ("r",), "u": ("s",)}
    assert found.origin("extend_exclude") == "base.toml:2, asynccost.toml:2"
    assert found.origin("jobs") == "base.toml:1"


def test_a_circle_of_extends_is_drawn(here: Path) -> None:
    (here / "a.toml").write_text('extend = "b.toml"')
    (here / "b.toml").write_text('extend = "a.toml"')
    with pytest.raises(SettingsError, match=r"circle: a.toml -> b.toml -> a.toml"):
        settings.load(config="a.toml", environment={})


def test_command_line_over_environment_over_file(here: Path) -> None:
    (here / "asynccost.toml").write_text('cache-dir = "one"\ncache = true\noutput-format = ["json"]\n')
    environment = {
        "ASYNCCOST_CACHE_DIR": "two",
        "ASYNCCOST_NO_CACHE": "1",
        "ASYNCCOST_OUTPUT_FORMAT": "concise,sarif=x.sarif",
    }
    found = settings.load(environment=environment)
    assert found.cache_dir == str(here / "two")
    assert not found.cache
    assert found.output_format == ("concise", "sarif=x.sarif")
    assert found.origin("cache") == "environment"
    over = settings.load(environment=environment, options={"output_format": ["text"]})
    assert over.output_format == ("text",)
    assert over.origin("output_format") == "command line"


def test_asynccost_config_and_isolated(here: Path) -> None:
    (here / "asynccost.toml").write_text("jobs = 3")
    (here / "other.toml").write_text("jobs = 4")
    assert settings.load(environment={"ASYNCCOST_CONFIG": "other.toml"}).jobs == 4
    assert settings.load(environment={"ASYNCCOST_CONFIG": "other.toml"}, isolated=True).jobs == 0
    assert settings.load(config="jobs = 5", environment={}).jobs == 5
    with pytest.raises(SettingsError, match="no such configuration file"):
        settings.load(config="missing.toml", environment={})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "confidense = 'high'",
            'asynccost.toml:1: there is no setting "confidense"; did you mean "confidence"?',
        ),
        ("\nconfidence = 'hihg'", 'asynccost.toml:2: "confidence" cannot be "hihg"; did you mean "high"?'),
        ("fail-on = 'zzz'", '"fail-on" cannot be "zzz"; it is one of error, warning, info, never'),
        ("select = 'all'", 'asynccost.toml:1: "select" must be a list of strings'),
        ("cache = 1", '"cache" must be true or false'),
        ("jobs = 0", '"jobs" must be a number above 0'),
        ("cache-dir = 1", '"cache-dir" must be a string'),
        ("per-file-ignores = 1", '"per-file-ignores" must be a table'),
        ("extend = 'gone.toml'", '"extend" names a file that does not exist: gone.toml'),
        ("extend = 1", '"extend" must be the path of a file'),
        ("x = ", "not valid TOML"),
    ],
)
def test_sentences(here: Path, text: str, sentence: str) -> None:
    (here / "asynccost.toml").write_text(text)
    with pytest.raises(SettingsError) as error:
        load()
    assert sentence in str(error.value)


@pytest.mark.usefixtures("here")
def test_selection() -> None:
    def rules(**options: list[str]) -> frozenset[str]:
        return chosen(load(**options), FAMILIES)

    assert rules() == {*FAMILIES, "unused-suppression", "bare-suppression"}
    assert rules(select=["latency"]) == {"await-in-loop", "sequential-awaits"}
    assert rules(select=["latency"], ignore=["await-in-loop"]) == {"sequential-awaits"}
    assert rules(select=["await-in-loop"], extend_select=["connections"]) == {
        "await-in-loop",
        "session-recreation",
    }
    assert rules(extend_ignore=["all"]) == frozenset()


def test_a_selection_on_the_command_line_starts_afresh(here: Path) -> None:
    (here / "asynccost.toml").write_text('ignore = ["await-in-loop"]\n')
    assert "await-in-loop" not in chosen(load(), FAMILIES)
    assert chosen(load(select=["await-in-loop"]), FAMILIES) == {"await-in-loop"}


def test_unknown_rules_are_named_with_the_nearest(here: Path) -> None:
    (here / "asynccost.toml").write_text('jobs = 1\nselect = ["await-in-lop"]\n')
    with pytest.raises(RuleError) as error:
        chosen(load(), FAMILIES)
    said = 'asynccost.toml:2: there is no rule or family "await-in-lop"; did you mean "await-in-loop"?'
    assert str(error.value) == said


def test_what_is_visible(here: Path) -> None:
    def finding(rule: str, path: str, confidence: Confidence) -> Finding:
        return Finding(rule, path, Span(0, 1, 1, 1, 1, 2), "m", confidence)

    shown = finding("await-in-loop", "src/a.py", Confidence.MEDIUM)
    low = finding("await-in-loop", "src/b.py", Confidence.LOW)
    test = finding("await-in-loop", "tests/a.py", Confidence.HIGH)
    (here / "asynccost.toml").write_text('[per-file-ignores]\n"tests/**" = ["latency"]\n')
    assert visible([shown, low, test], load(), FAMILIES) == [shown]
    assert visible([shown, low], load(confidence="low"), FAMILIES) == [shown, low]
    (here / "asynccost.toml").write_text('[per-file-ignores]\n"tests/**" = ["latncy"]\n')
    with pytest.raises(RuleError, match="latncy"):
        visible([], load(), FAMILIES)


@pytest.mark.usefixtures("here")
def test_every_setting_can_be_shown() -> None:
    rows = {key: (value, origin) for key, value, origin in settings.as_rows(load(jobs=2, select=["a", "b"]))}
    assert rows["jobs"] == ("2", "command line")
    assert rows["select"] == ('["a", "b"]', "command line")
    assert rows["require-reason"] == ("false", "default")
    assert rows["confidence"] == ('"medium"', "default")
