"""BLAKE2, by which contents and findings are known, without the rest of hashlib: OpenSSL takes 8 ms of a start."""

try:
    from _blake2 import blake2b  # what hashlib hands out as well
except ImportError:  # not CPython
    from hashlib import blake2b

__all__ = ["blake2b"]
