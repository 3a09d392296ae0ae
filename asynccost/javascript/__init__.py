"""The JavaScript and TypeScript front end: source bytes in, flow tree out. No syntax node outlives it."""

from asynccost.javascript.lower import lower

__all__ = ["lower"]
