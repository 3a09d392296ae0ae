"""Pieces that fixes of Python code are made of: text edits at places that flow knows.

Names and spans come from flow, so nothing is printed anew: what a fix does not change keeps every byte, and the
edits are minimal by themselves. Where lines move to another indentation, the grammar says which of them begin inside
a string and must stay. (A concrete syntax tree that is printed again would have to be diffed to get the edits back.)
"""
