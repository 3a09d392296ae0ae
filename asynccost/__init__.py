"""asynccost finds async code that wastes money. Importing it loads nothing else."""

__version__ = "0.1.0"
