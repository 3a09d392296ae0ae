"""The usage file: what it may say, and the sentence for each thing that it may not."""

from pathlib import Path

import pytest

from asynccost.cost import usage, usage_file
from asynccost.errors import SettingsError

GOOD = """\
[calls-per-month]
"*" = 100_000
"app/api.py::answer" = 2_500_000
"app/api.py::Api" = 7
"app/" = 9

[container]
vcpus = 2
in-flight = 4
waiting-billed = true

[prices]
vcpu-hour = 0.032

[prices.models."azure/gpt-4o"]
input = 2.0
output = 8.0
"""


def read(folder: Path, text: str) -> usage.Usage:
    """The usage that a file with this text gives."""
    path = folder / "asynccost-usage.toml"
    path.write_text(text, "utf-8")
    return usage_file.read(str(path))


def test_what_it_says_is_used(tmp_path: Path) -> None:
    """Each value with the line where it stands."""
    said = read(tmp_path, GOOD)
    rates = said.rates
    names = ("vcpus", "in_flight", "waiting_billed", "vcpu_hour", "gigabytes")
    assert [rates[n].value for n in names] == [2, 4, 1, 0.032, 2]
    assert rates["vcpus"].source.endswith("asynccost-usage.toml:8")
    assert (rates["vcpus"].origin, rates["gigabytes"].origin) == ("usage", "default")
    model = said.models["azure/gpt-4o"]
    assert (model.input, model.output, model.origin, model.source.rpartition(":")[2]) == (2.0, 8.0, "usage", "15")


@pytest.mark.parametrize(
    ("path", "function", "calls"),
    [
        ("app/api.py", "answer", 2_500_000),
        ("app/api.py", "answer.<locals>.inner", 2_500_000),
        ("app/api.py", "Api.get", 7),
        ("app/api.py", "other", 9),
        ("app/deep/x.py", "", 9),
        ("web/x.ts", "f", 100_000),
    ],
)
def test_the_longest_entry_counts(tmp_path: Path, path: str, function: str, calls: float) -> None:
    """A function before its class, its file, a folder and `*`."""
    found = read(tmp_path, GOOD).calls_of(path, function)
    assert found is not None
    assert found.value == calls


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[container]\nvcpu = 2\n", ':2: "container.vcpu" is not known here; did you mean "vcpus"?'),
        ("[container]\n\nin-flight = 0\n", ':3: "container.in-flight" must be above 0'),
        ('[calls-per-month]\n"*" = "many"\n', ":2: \"calls-per-month.*\" must be a number, not 'many'"),
        ('[calls-per-month]\n"a.py" = -1\n', ':2: "calls-per-month.a.py" must be 0 or more'),
        ("[prices.models.m]\noutput = 1\n", ':1: "prices.models.m" needs input'),
        ("[prices]\nvcpu-hour = true\n", ":2: "),
        ("[price]\n", '"price" is not known here; did you mean "prices"?'),
        ("calls-per-month = 3\n", ':1: "calls-per-month" must be a table'),
        ("[prices]\nvcpu-hour = inf\n", ":2: "),
        ("[x\n", "not valid TOML"),
    ],
)
def test_what_cannot_be_is_said_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    """File, line, and what to do."""
    with pytest.raises(SettingsError) as error:
        read(tmp_path, text)
    assert said in str(error.value)
    assert "asynccost-usage.toml" in str(error.value)


def test_a_what_if_replaces_all_calls(tmp_path: Path) -> None:
    """`--calls-per-month` keeps the machines and prices of the file."""
    what_if = usage.with_calls(read(tmp_path, GOOD), 1000)
    found = what_if.calls_of("app/api.py", "answer")
    assert found is not None
    assert (found.value, found.source) == (1000, "--calls-per-month")
    assert what_if.rates["vcpus"].value == 2
