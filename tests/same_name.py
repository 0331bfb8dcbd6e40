"""Which modules hold a rule, and which of them no test is named after."""

import ast
from collections.abc import Iterable
from pathlib import Path

_NO_RULES = {"__init__", "__main__"}


def untested(root: Path, packages: Iterable[str], tests: Path | None = None) -> list[str]:
    """Return the modules that hold a rule and have no `tests/<the same path>/test_<the same name>.py`.

    The tests are in `tests`, or below the root.
    """
    missing = []
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            name = path.relative_to(root)
            test = (tests or root / "tests") / name.parent / f"test_{name.name}"
            if path.stem not in _NO_RULES and holds_a_rule(path.read_text()) and not test.is_file():
                missing.append(str(name))
    return missing


def holds_a_rule(text: str) -> bool:
    """Tell a module with a public function, or with a public class that computes; data and ports compute nothing."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            return True
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and _computes(node):
            return True
    return False


def _computes(node: ast.ClassDef) -> bool:
    if any(ast.unparse(base).split("[")[0].split(".")[-1] == "Protocol" for base in node.bases):
        return False
    methods = [part for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)]
    return any(_has_body(method) for method in methods)


def _has_body(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Tell a method that does more than be documented, be absent, or keep what it is given."""
    return not all(
        isinstance(line, ast.Pass | ast.Raise)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
        or (method.name == "__init__" and isinstance(line, ast.Assign | ast.AnnAssign))
        for line in method.body
    )
