"""`python -m asynccost` is `asynccost`."""

from asynccost.cli import main

main()
