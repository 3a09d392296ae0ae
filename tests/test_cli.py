"""The command line: exit codes, outputs, settings and files, as a user calls it."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from asynccost import __version__
from asynccost.cli import output
from asynccost.cli.group import COMMANDS

CLEAN = "x = 1\n"
NOTED = "x = 1  # asynccost: ignore[no-such-rulé] why\n"  # a finding that needs no rule: severity info
ENVIRONMENT = {
    **{k: v for k, v in os.environ.items() if not k.startswith(("ASYNCCOST", "FORCE_COLOR", "NO_COLOR"))},
    "PYTHONWARNINGS": "error",
    "COLUMNS": "100",
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.py").write_text(NOTED)
    (tmp_path / "b.js").write_text("let x = 1;\n")
    return tmp_path


def run(
    *arguments: str, code: int = 0, stdin: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "asynccost", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        input=stdin,
        env=ENVIRONMENT | environment,
        timeout=60,
    )
    assert done.returncode == code, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    return done


def found(*arguments: str, stdin: str = "") -> list[dict[str, object]]:
    document = json.loads(run("scan", "--format", "json", *arguments, stdin=stdin).stdout)
    return list(document["findings"])


def test_version_is_the_packages() -> None:
    assert run("--version").stdout == f"asynccost {__version__}\n"
    project = Path(__file__).parents[1] / "pyproject.toml"
    assert f'version = "{__version__}"' in project.read_text()


def test_help_names_every_command() -> None:
    text = run("--help").stdout
    assert all(f"  {name} " in text for name in COMMANDS)
    assert "130 interrupted" in text


@pytest.mark.usefixtures("here")
class TestExit:
    """0 clean, 1 findings at or over --fail-on, 2 could not run, 130 interrupted."""

    def test_findings_below_the_threshold(self) -> None:
        run("scan")

    def test_findings_at_the_threshold(self) -> None:
        run("scan", "--fail-on", "info", code=1)

    def test_exit_zero_and_never(self) -> None:
        run("scan", "--fail-on", "info", "--exit-zero")
        run("scan", "--fail-on", "never")

    def test_strict(self, here: Path) -> None:
        (here / "c.py").write_bytes(b"\0")
        run("scan")
        assert "--strict: 1 problem" in run("scan", "--strict", code=2).stderr

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("scan", "gone.py"), "gone.py: there is no such file or folder"),
            (("scan", "a.pz"), 'did you mean "a.py"?'),
            (("scan", "--selct", "x"), "No such option"),
            (("scan", "--select", "unused-supression"), 'did you mean "unused-suppression"?'),
            (("scan", "--format", "jsn"), 'there is no output format "jsn"; did you mean "json"?'),
            (
                ("scan", "--format", "json", "--format", "sarif"),
                "only one output format can go to standard output",
            ),
            (("scan", "--shard", "3/2"), '"3/2" is not a share such as 1/4'),
            (
                ("scan", "--fail-on", "eror"),
                'command line: "fail-on" cannot be "eror"; did you mean "error"?',
            ),
            (("scan", "--config", "gone.toml"), "there is no such configuration file"),
            (("scan", "--config", "jbos = 1"), 'there is no setting "jbos"; did you mean "jobs"?'),
            (("scan", "--stdin-filename", "a.py"), "add - to the paths"),
            (("scan", "-", "--stdin-filename", "a.txt"), "not a name of a Python"),
            (("scan", "--format", "json=/proc/none/x.json"), "cannot be written"),
            (("explain", "unused-supression"), 'did you mean "unused-suppression"?'),
            (("explain", "confidnce"), 'did you mean "confidence"?'),
            (("explain", "a.py"), "which line? Write a.py:LINE"),
            (("explain", "a.py:99"), "the file has only"),
            (("explain", "gone.py:1"), "there is no such file"),
            (("merge", "a.py"), "not JSON"),
            (("scn",), "No such command"),
        ],
    )
    def test_could_not_run(self, arguments: tuple[str, ...], sentence: str) -> None:
        done = run(*arguments, code=2)
        assert sentence in done.stderr
        assert done.stdout == ""

    def test_interrupted(self, here: Path) -> None:
        script = "import os, signal, sys, asynccost.scanning as s, asynccost.cli as c\n"
        # whoever runs the tests in the background lets them begin with the signal ignored
        script += "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        # a signal may come a moment after it was sent: the pause is long enough for any machine, and is cut short
        script += "s.project = lambda *a: (os.kill(os.getpid(), signal.SIGINT), signal.pause())\n"
        script += "sys.argv[1:] = ['scan']\nc.main()"
        done = subprocess.run([sys.executable, "-c", script], cwd=here, capture_output=True, text=True)
        assert done.returncode == 130
        assert done.stderr.strip() == "asynccost: interrupted"

    def test_internal_errors_keep_the_traceback_in_a_file(self, here: Path) -> None:
        script = "import sys, asynccost.scanning as s, asynccost.cli as c\n"
        script += "s.project = lambda *a: 1 / 0\nsys.argv[1:] = ['scan']\nc.main()"
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=here,
            capture_output=True,
            text=True,
            env={"TMPDIR": str(here)},
        )
        assert done.returncode == 2
        assert done.stderr.startswith(
            "asynccost: internal error: ZeroDivisionError: division by zero; details: "
        )
        (kept,) = here.glob("asynccost-crash-*.txt")
        assert "ZeroDivisionError" in kept.read_text()


@pytest.mark.usefixtures("here")
class TestOutput:
    """Several formats at once; standard output stays clean."""

    def test_several_outputs_in_one_run(self, here: Path) -> None:
        formats = ("sarif", "html", "gitlab", "junit", "markdown", "agent", "concise", "json-lines", "github")
        wanted = [f"--output-format={name}=out/deep/{name}.txt" for name in formats]
        done = run("scan", *wanted, "--format", "json", "--statistics", "-v")
        assert json.loads(done.stdout)["summary"]["files"] == 2
        assert "1 finding of unused-suppression" in done.stderr
        for name in formats:
            assert (here / "out" / "deep" / f"{name}.txt").stat().st_size > 0
        assert not [p for p in (here / "out" / "deep").iterdir() if p.suffix != ".txt"]
        assert (here / "out" / "deep" / "sarif.txt").stat().st_mode & 0o777 == 0o666 & ~_umask()

    def test_json_is_what_schema_says_and_is_the_same_twice(self) -> None:
        schema = json.loads(run("schema").stdout)
        first = run("scan", "--format", "json").stdout
        jsonschema.validate(json.loads(first), schema)
        assert run("scan", "--format", "json").stdout == first
        assert run("scan", "--format", "json", "--no-cache", "--jobs", "2").stdout == first
        assert run("scan", "--format", "json", "--check-cache").stdout == first

    def test_text(self) -> None:
        text = run("scan", "--statistics").stdout
        assert "a.py:1:10 info unused-suppression (high confidence)" in text
        assert "     1  unused-suppression" in text
        assert "Next: asynccost explain a.py:1 " in text

    def test_the_output_format_from_the_environment(self) -> None:
        assert run("scan", ASYNCCOST_OUTPUT_FORMAT="concise").stdout.startswith(
            "a.py:1:10: unused-suppression"
        )

    def test_quiet_and_verbose(self, here: Path) -> None:
        (here / "n.ipynb").write_text("{}")
        assert run("scan", "-q").stdout == ""
        assert "skipped (notebook): n.ipynb" in run("scan", "-v").stderr
        assert "1 notebook" in run("scan").stdout

    def test_colour(self) -> None:
        assert "\x1b[" not in run("scan").stdout
        assert "\x1b[36m" in run("scan", "--color", "always").stdout
        assert "\x1b[36m" in run("scan", FORCE_COLOR="1").stdout
        assert "\x1b[" not in run("scan", FORCE_COLOR="1", NO_COLOR="1").stdout
        assert "\x1b[" in run("scan", "--color", "always", NO_COLOR="1").stdout

    def test_ascii_where_the_terminal_is_not_utf8(self) -> None:
        text = run("scan", PYTHONIOENCODING="ascii").stdout
        assert text.isascii()
        assert json.loads(run("scan", "--format", "json", LC_ALL="C", PYTHONUTF8="0").stdout)["findings"]
        assert "1 | x = 1" in text

    def test_narrow_terminals(self) -> None:
        assert max(map(len, run("scan", COLUMNS="40").stdout.splitlines()[:5])) <= 70

    def test_a_reader_that_goes_away_changes_nothing(self, here: Path) -> None:
        (here / "c.py").write_text(NOTED * 3_000)
        command = f"{sys.executable} -m asynccost scan --fail-on info --format json; echo exit $? >&2"
        done = subprocess.run(
            ["bash", "-c", f"({command}) | head -1"], capture_output=True, text=True, env=ENVIRONMENT
        )
        assert done.stderr == "exit 1\n"

    def test_no_progress_without_a_terminal_and_colour_with_one(self) -> None:
        primary, secondary = pty.openpty()
        done = subprocess.run(
            [sys.executable, "-m", "asynccost", "scan"],
            stdout=secondary,
            stderr=subprocess.PIPE,
            text=True,
            env=ENVIRONMENT,
        )
        os.close(secondary)
        assert b"\x1b[36m" in os.read(primary, 100_000)
        os.close(primary)
        assert done.stderr == ""


def test_progress_comes_after_a_second_and_cleans_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    assert output.progress(quiet=False) is None  # no terminal
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert output.progress(quiet=True) is None
    show = output.progress(quiet=False)
    assert show is not None
    show(1, 3)
    assert capsys.readouterr().err == ""
    clock[0] = 1.5
    show(2, 3)
    assert "2 of 3 files" in capsys.readouterr().err
    show(3, 3)
    assert capsys.readouterr().err.endswith("\r\x1b[K")


@pytest.mark.usefixtures("here")
class TestInput:
    """What is scanned: paths, standard input, shards, settings."""

    def test_selection(self) -> None:
        assert found("--ignore", "unused-suppression") == []
        assert found("--select", "bare-suppression") == []
        assert len(found("--select", "bare-suppression", "--extend-select", "suppression")) == 1
        assert found("--extend-ignore", "suppression") == []
        assert len(found("--confidence", "low")) == 1

    def test_standard_input_says_what_the_file_says(self, here: Path) -> None:
        on_disk = found("a.py")
        assert found("-", "--stdin-filename", "a.py", stdin=NOTED) == on_disk
        (here / "a.py").write_text(CLEAN)
        assert found("-", "--stdin-filename", "a.py", stdin=NOTED) == on_disk
        assert found("a.py") == []
        assert found("-", stdin=NOTED)[0]["path"] == "stdin.py"

    def test_shards_merge_into_the_whole(self, here: Path) -> None:
        for n in range(5):
            (here / f"m{n}.py").write_text(NOTED)
        whole = run("scan", "--format", "json").stdout
        for k in (1, 2, 3):
            run("scan", "--shard", f"{k}/3", "--format", f"json=part{k}.json")
        assert run("merge", "part1.json", "part2.json", "part3.json").stdout == whole
        run("merge", "part1.json", "part2.json", "part3.json", "-o", "all/whole.json")
        assert (here / "all" / "whole.json").read_text() == whole

    def test_show_files(self, here: Path) -> None:
        (here / "gen").mkdir()
        (here / "gen" / "c.py").write_text(CLEAN)
        (here / ".gitignore").write_text("gen\n")
        assert run("scan", "--show-files").stdout == "a.py\nb.js\n"
        assert run("scan", "--show-files", "--no-respect-gitignore").stdout == "a.py\nb.js\ngen/c.py\n"
        assert run("scan", "--show-files", "gen/c.py").stdout == "gen/c.py\n"
        assert run("scan", "--show-files", "gen/c.py", "--force-exclude").stdout == ""

    def test_show_settings_names_origins(self, here: Path) -> None:
        (here / "pyproject.toml").write_text('[tool.asynccost]\nfail-on = "info"\n')
        text = run("scan", "--show-settings", "--jobs", "3").stdout
        assert 'fail-on = "info"  # pyproject.toml:2\n' in text
        assert "jobs = 3  # command line\n" in text
        assert "require-reason = false  # default\n" in text
        run("scan", code=1)
        run("scan", "--isolated")

    def test_require_reason_and_per_file_ignores(self, here: Path) -> None:
        (here / "a.py").write_text("x = 1  # asynccost: ignore[bare-suppression]\n")
        (here / "asynccost.toml").write_text("require-reason = true\n")
        assert [f["rule"] for f in found()] == ["bare-suppression"]
        (here / "asynccost.toml").write_text(
            'require-reason = true\n[per-file-ignores]\n"*.py" = ["suppression"]\n'
        )
        assert found() == []

    def test_nothing_to_scan_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        assert "no Python, JavaScript or TypeScript files" in run("scan", "empty").stderr

    def test_the_cache_lies_where_it_is_put_and_clean_removes_it(self, here: Path) -> None:
        run("scan")
        assert (here / ".asynccost_cache" / ".gitignore").read_text().strip() == "*"
        assert "Removed" in run("clean").stdout
        assert not (here / ".asynccost_cache").exists()
        run("scan", "--no-cache")
        assert not (here / ".asynccost_cache").exists()
        assert "There is no cache" in run("clean").stdout
        run("scan", "--cache-dir", "elsewhere")
        assert (here / "elsewhere").exists()
        (here / "mine").mkdir()
        assert "left alone" in run("clean", "--cache-dir", "mine", code=2).stderr


@pytest.mark.usefixtures("here")
class TestExplain:
    """The other commands that print."""

    def test_explain_prints_the_page_of_a_topic(self) -> None:
        assert run("explain", "confidence").stdout.startswith("# How sure a finding is")

    def test_a_rule(self) -> None:
        text = run("explain", "unused-suppression").stdout
        assert text.startswith("unused-suppression (suppression, info)\n")

    def test_a_place(self) -> None:
        text = run("explain", "a.py:1").stdout
        assert text.startswith("a.py:1: x = 1  # asynccost: ignore")
        assert "unused-suppression: found, high confidence, line 1" in text

    def test_rules_in_every_form(self) -> None:
        assert "bare-suppression" in run("rules").stdout
        assert {"name", "summary", "family", "severity", "languages"} == set(
            json.loads(run("rules", "--format", "json").stdout)[0]
        )
        assert run("rules", "--format", "markdown").stdout.startswith("| rule |")

    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_completion(self, shell: str) -> None:
        assert "_ASYNCCOST_COMPLETE" in run("completion", shell).stdout

    def test_completion_completes(self) -> None:
        done = run(_ASYNCCOST_COMPLETE="bash_complete", COMP_WORDS="asynccost expl", COMP_CWORD="1")
        assert "explain" in done.stdout


UNUSED_BY_VERSION = (
    "click",
    *(
        "asyncio",
        "multiprocessing",
        "concurrent.futures",
        "jinja2",
        "rich",
        "libcst",
        "aiohttp",
        "tree_sitter",
    ),
    *(
        "sqlite3",
        "tomllib",
        "json",
        "pathlib",
        "difflib",
        "logging",
        "asynccost.engine.passes",
        "asynccost.config.settings",
    ),
)
UNUSED_BY_A_WARM_SCAN = (
    *("asyncio", "multiprocessing", "jinja2", "rich", "libcst", "aiohttp", "tree_sitter", "difflib"),
    *("logging", "subprocess", "tempfile", "asynccost.report.as_text", "asynccost.report.as_sarif"),
)


def _loaded(*arguments: str) -> set[str]:
    script = "import sys, atexit, asynccost.cli as c\n"
    script += "atexit.register(lambda: print('\\n'.join(sys.modules), file=sys.stderr))\n"
    script += f"sys.argv[1:] = {list(arguments)!r}\nc.main()"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def test_version_loads_little() -> None:
    assert not _loaded("--version") & set(UNUSED_BY_VERSION)


def test_a_warm_scan_loads_little(here: Path) -> None:
    (here / "a.py").write_text(CLEAN)
    os.utime(here / "a.py", ns=(10**18, 10**18))  # long ago, so that the cache may trust its time
    os.utime(here / "b.js", ns=(10**18, 10**18))
    run("scan", "--format", "json")
    assert not _loaded("scan", "--format", "json") & set(UNUSED_BY_A_WARM_SCAN)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_bundles_are_left_out_and_counted(here: Path) -> None:
    (here / "umd").mkdir()
    (here / "umd" / "shop.js").write_text(
        "/******/ (() => { // webpackBootstrap\nlet x = 1; // asynccost: ignore[no-such-rule] why\n"
    )
    (here / "umd" / "source.js").write_text("let x = 1; // asynccost: ignore[no-such-rule] why\n")
    assert [f["path"] for f in found(".")] == ["a.py", "umd/source.js"]
    assert "1 bundled" in run("scan", ".").stdout
