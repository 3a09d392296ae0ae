"""Puts costs and evidence on findings: measured where a trace has been, else estimated, else by unit."""
