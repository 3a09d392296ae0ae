"""One module a hooked library: `install(module, patches)` is called when the library has been imported.

A wrapper holds nothing but guards (functions marked `guarded`) and the original call; a test reads this from the
syntax tree.
"""
