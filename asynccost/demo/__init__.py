"""`asynccost demo`: the shipped sample scanned, measured, fixed and measured again, offline, in a folder of its own."""
