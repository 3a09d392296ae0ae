from asynccost.errors import CostLimitExceeded as CostLimitExceeded
from asynccost.probe.api import Probe
from asynccost.probe.steps import step as step

__version__: str
probe = Probe
