"""Speed: asynccost and its peers on the same tree in one go. Nothing here is a test; nothing asserts a time."""
