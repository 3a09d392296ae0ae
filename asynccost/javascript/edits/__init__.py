"""Pieces of JavaScript fixes: edits on the syntax tree that keep what they do not mean to change."""
