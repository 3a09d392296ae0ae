"""Effects of user interfaces: what they acquire and give back, and which answers come late."""
