"""Makes the rule folders importable as asynccost.rules: beside this file in a wheel, in rules/ of a checkout."""

from pathlib import Path

_packed = Path(__file__).with_suffix("")
_checkout = Path(__file__).parents[1]
if _packed.is_dir():
    ROOT = _packed
elif (_checkout / "pyproject.toml").is_file():  # never somebody else's site-packages/rules
    ROOT = _checkout / "rules"
else:
    raise ImportError(f"asynccost was installed without its rules: no {_packed}")
__path__ = [str(ROOT)]
