"""May waits run side by side: the turns of a loop, and neighbours in one block."""
