from asynccost.probe.api import Probe

__version__: str
probe = Probe
