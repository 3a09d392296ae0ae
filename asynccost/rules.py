"""Makes the rule folders importable as asynccost.rules: beside this file in a wheel, in rules/ of a checkout."""

import os

_packed = os.path.splitext(os.path.abspath(__file__))[0]
_checkout = os.path.dirname(os.path.dirname(_packed))
if os.path.isdir(_packed):
    ROOT = _packed
elif os.path.isfile(os.path.join(_checkout, "pyproject.toml")):  # never somebody else's site-packages/rules
    ROOT = os.path.join(_checkout, "rules")
else:
    raise ImportError(f"asynccost was installed without its rules: no {_packed}")
__path__ = [ROOT]
