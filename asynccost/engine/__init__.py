"""Source in, findings out: the two passes, what is kept of them, and the processes that do the work."""
