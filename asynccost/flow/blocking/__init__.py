"""Calls that stop the event loop, directly or through plain functions."""
