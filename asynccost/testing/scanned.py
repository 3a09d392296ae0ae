"""The scan as an item of the run: `asynccost::new-findings` fails for findings that the baseline lacks."""

from typing import Any

import pytest

from asynccost.errors import AsynccostError

_MOST = 20


class Scan:
    """Adds the item to what was collected."""

    def __init__(self, config: pytest.Config) -> None:
        """Where and what to scan stands in the settings."""
        self._config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Before others deselect, so that -k and -m hold for it too."""
        if items:
            items.append(NewFindings.from_parent(session, name="new-findings", nodeid="asynccost::new-findings"))


class NewFindings(pytest.Item):
    """One check."""

    def runtest(self) -> None:
        """Scan as `asynccost scan` would; what was there before is let pass."""
        from asynccost import gate, scanning
        from asynccost.config import settings
        from asynccost.report import as_concise, at_least

        root = self.config.rootpath
        paths = [str(root / path) for path in self.config.getini("asynccost_paths")] or [str(root)]
        try:
            chosen = settings.load(paths)
            found = scanning.project(scanning.Input(paths), chosen)
            report = gate.scan(found, chosen, gate.Question()).without_known()
        except AsynccostError as error:
            pytest.fail(f"the scan could not run: {error}", pytrace=False)
        if chosen.fail_on == "never" or not at_least(report.findings, chosen.fail_on):
            return
        kept = report.findings[:_MOST]
        left = len(report.findings) - len(kept)
        report.findings = kept
        lines = [as_concise.render(report).rstrip(), *([f"and {left:,} more"] if left else [])]
        if not report.against:
            lines.append("there is no baseline: `asynccost baseline create` accepts what is there today")
        pytest.fail("\n".join(lines), pytrace=False)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ARG002
        """The findings, without a traceback of ours."""
        if excinfo.errisinstance(pytest.fail.Exception):
            return str(excinfo.value)
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """What the terminal calls it."""
        return self.config.rootpath, None, "asynccost: new findings"
