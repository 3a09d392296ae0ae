"""What `asynccost init` writes into a project: hooks, workflows, the merge driver. Never over what is there."""
