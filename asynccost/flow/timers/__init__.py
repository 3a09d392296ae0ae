"""Timers that no effect owns: what they belong to, what they do when they fire, and why some harm nobody."""
