"""The dotted names that a path stands for."""


def module_name(path: str) -> str:
    """Return the dotted name of a module: "a/b.py" is "a.b", "a/__init__.py" is "a"."""
    parts = path.rpartition(".")[0].split("/") if "." in path else path.split("/")
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts)


def package_name(path: str) -> str:
    """Return the dotted name of the package that a module is in, or is."""
    name = module_name(path)
    return name if path.endswith("__init__.py") else name.rpartition(".")[0]
