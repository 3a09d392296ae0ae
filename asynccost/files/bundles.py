"""Scripts that a bundler wrote: what stands in them is written, and mended, elsewhere."""

import re

# where bundles lie, and sources that merely are called so
_FOLDERS = frozenset({"umd", "__generated", "__generated__"})
_HEAD = 4_000  # bytes in which a bundle says what it is
# what webpack begins a line with, wherever the file lies
_WEBPACK = re.compile(
    rb"^(?:/\*{6}/ \(|/\*{3}/ \(?(?:function|\()|\(function webpackUniversalModuleDefinition\()", re.M
)
# what else a bundler writes around and between the modules: webpack, a UMD wrapper, esbuild with the place of a module
_WRAPPED = re.compile(
    rb"\bwebpackBootstrap\b|\b__webpack_(?:require__|modules__|exports__)|\bwebpackChunk\w*\b"
    rb"|typeof define === ?[\"']function[\"'] && define\.amd"
    rb"|\A(?:\"use strict\";\n|\(\(\) => \{\n)?(?:[ \t]*// [^\n]+\n)?"
    rb"[ \t]*var __(?:defProp|create|getOwnPropNames|commonJS) = "
)


def bundled(data: bytes, path: str) -> bool:
    """Whether a bundler wrote a script: one that webpack begins, or any in a folder for what is built."""
    head = data[:_HEAD]
    if _WEBPACK.search(head):
        return True
    return not _FOLDERS.isdisjoint(path.split("/")[:-1]) and _WRAPPED.search(head) is not None
