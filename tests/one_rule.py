"""Finds second copies of rules that stand in one place: by names, calls and constants of the syntax tree.

It catches the copies that people make (the same function again, the same library call again, the same constant again);
it is no proof that two differently written functions do not do the same.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

Function = ast.FunctionDef | ast.AsyncFunctionDef
_METRICS = re.compile(
    r"_*(n?dcg|idcg|mrr|reciprocal_ranks?|mean_reciprocal_rank|(mean_)?average_precision)(_at)?(_?k|_?\d+)?"
    r"|_*(recall|precision|hit_rate)(_at(_?k|_?\d+)?|_?\d+)"
)
_SHARES = {"recall", "precision"}
"""Metrics of rankings when they take what was found and what was sought."""

_PASSAGES = re.compile(r"_*((split|cut)_)?(into_)?passages|_*(chunk|split)_(text|document|body)")
_PASSAGE_SIZES = re.compile(
    r"_*(MAX_PASSAGES|(MAX_)?(WORDS|CHARACTERS)(_PER_(PASSAGE|CHUNK))?|PASSAGE_\w+|CHUNK_WORDS)"
)
_STATUS = re.compile(r"_*(EX_\w+|EXIT\w*|\w*EXIT_(CODE|STATUS)\w*|CANCELLED|\w*_STATUS)")
_DISCOVERY = re.compile(r".*(benjamini|hochberg|false_discovery|_fdr|fdr_).*")
_WORD_PATTERN = re.compile(r"\\w\+|\[\^\\W.*\]\+|\[a-z[^\]]*\]\+", re.IGNORECASE)


@dataclass(frozen=True)
class Rule:
    """A rule, the file it stands in, how a copy looks, and the other places that may look so, each with its reason."""

    name: str
    home: str
    looks_like: Callable[[ast.AST], bool]
    others: Mapping[str, str] = field(default_factory=dict)


def copies(root: Path, packages: Iterator[str] | list[str], rules: tuple["Rule", ...]) -> list[str]:
    """Return `path:line: rule` of every copy in the packages below `root`, outside the rule's home and `others`."""
    found = []
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            name, nodes = str(path.relative_to(root)), _nodes(path.read_text())
            for rule in rules:
                if name != rule.home and name not in rule.others:
                    lines = [getattr(node, "lineno", 0) for node in nodes if rule.looks_like(node)]
                    found += [f"{name}:{line}: {rule.name} stands in {rule.home}" for line in lines]
    return found


@cache
def _nodes(text: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(prepared(text)))


def prepared(text: str) -> ast.Module:
    """Return the syntax tree without docstrings, ranks of `enumerate` marked where they divide."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | Function):
            node.body = [line for line in node.body if not _is_text(line)] or [ast.Pass()]
    for statement in _outermost(tree):
        ranks = set(_ranks(statement))
        for part in ast.walk(statement) if ranks else ():
            if isinstance(part, ast.Name) and part.id in ranks:
                part.is_rank = True  # type: ignore[attr-defined]  # our own mark
    return tree


def _outermost(body: ast.Module | ast.ClassDef) -> Iterator[ast.stmt]:
    """Yield the functions and statements of a module that stand in no other, those of its classes among them."""
    for statement in body.body:
        if isinstance(statement, ast.ClassDef):
            yield from _outermost(statement)
        else:
            yield statement


def cuts_passages(node: ast.AST) -> bool:
    """Tell a function, a size or a join of word slices by which a document is cut into passages."""
    if isinstance(node, Function):
        return bool(_PASSAGES.fullmatch(node.name))
    if any(_PASSAGE_SIZES.fullmatch(name) for name in _assigned(node)):
        return _has_number(node)
    if _called(node) != "join" or not isinstance(node, ast.Call):
        return False
    return any(
        isinstance(part, ast.Slice) and isinstance(part.upper, ast.BinOp) and isinstance(part.upper.op, ast.Add)
        for argument in node.args
        if isinstance(argument, ast.Subscript)
        for part in [argument.slice]
    )


def loads_an_encoder(node: ast.AST) -> bool:
    """Tell the loading of a sentence encoder, its precision, or how much of a text it reads."""
    if _called(node) in {"SentenceTransformer", "half"}:
        return True
    return any(name in {"max_seq_length", "max_tokens"} and _has_number(node) for name in _assigned(node))


def ranks_a_metric(node: ast.AST) -> bool:
    """Tell a ranking metric: by its name, or a discount by rank."""
    if isinstance(node, Function):
        taken = [argument for argument in node.args.args if argument.arg != "self"]
        return bool(_METRICS.fullmatch(node.name)) or (node.name.strip("_") in _SHARES and len(taken) > 1)
    return _called(node) == "log2" or (_is_reciprocal(node) and not _adds_to_rank(node))


def fuses_ranks(node: ast.AST) -> bool:
    """Tell reciprocal rank fusion: its constant, or a reciprocal of a rank and a constant."""
    if _called(node) == "RRFRanker" and isinstance(node, ast.Call):
        return any(isinstance(argument, ast.Constant) for argument in node.args)
    if any("RRF" in name.upper() or "fusion" in name.lower() for name in _assigned(node)) and _has_number(node):
        return True
    return _is_reciprocal(node) and _adds_to_rank(node)


def normalises_text(node: ast.AST) -> bool:
    """Tell a Unicode normal form, or a pattern that takes text apart into words."""
    if _called(node) in {"normalize", "casefold"}:
        return True
    if _called(node) in {"compile", "findall", "finditer"} and isinstance(node, ast.Call) and node.args:
        pattern = node.args[0]
        text = pattern.value if isinstance(pattern, ast.Constant) else None
        return isinstance(text, str) and bool(_WORD_PATTERN.fullmatch(text.replace("\\b", "")))
    return False


def names_everyone(node: ast.AST) -> bool:
    """Tell the name of the group that all people are in."""
    return isinstance(node, ast.Constant) and node.value == "everyone"


def gives_an_exit_status(node: ast.AST) -> bool:
    """Tell an exit status other than 0 and 1: as constant, in a call that ends the process, or by kind of error."""
    if any(_STATUS.fullmatch(name) for name in _assigned(node)):
        return _has_number(node)
    if _called(node) in {"exit", "_exit", "SystemExit"} and isinstance(node, ast.Call):
        return any(_is_status(part) for argument in node.args for part in ast.walk(argument))
    if isinstance(node, ast.Attribute):
        return node.attr.startswith("EX_")
    if isinstance(node, Function) and node.name.strip("_") == "main":
        returned = (part.value for part in ast.walk(node) if isinstance(part, ast.Return) and part.value)
        return any(_is_status(value) for value in returned)
    return (
        isinstance(node, ast.Dict)
        and bool(node.values)
        and all(_is_status(value) for value in node.values)
        and {key.id for key in node.keys if isinstance(key, ast.Name)} >= {"Misconfigured", "Refused"}
    )


def corrects_for_many_tests(node: ast.AST) -> bool:
    """Tell the Benjamini-Hochberg correction, by name or by call."""
    name = node.name if isinstance(node, Function) else _called(node)
    return name is not None and bool(_DISCOVERY.fullmatch(name))


def _called(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else None


def _assigned(node: ast.AST) -> list[str]:
    """Return the names that a statement gives a value, attributes among them."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    if isinstance(node, ast.keyword) and node.arg is not None:
        return [node.arg]
    return [t.id if isinstance(t, ast.Name) else t.attr for t in targets if isinstance(t, ast.Name | ast.Attribute)]


def _has_number(node: ast.AST) -> bool:
    """Tell whether the value is a whole number, or a call with one (`Field(default=128)`)."""
    value = getattr(node, "value", None)
    if isinstance(value, ast.Call):
        return any(
            _is_number(argument) for argument in (*value.args, *(k.value for k in value.keywords if k.arg == "default"))
        )
    return _is_number(value)


def _is_number(value: object) -> bool:
    return isinstance(value, ast.Constant) and type(value.value) is int


def _is_status(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and node.value > 1


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _ranks(tree: ast.AST) -> Iterator[str]:
    """Yield the names that count what `enumerate` yields."""
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension) and _called(node.iter) == "enumerate":
            target = node.target
            if isinstance(target, ast.Tuple) and isinstance(target.elts[0], ast.Name):
                yield target.elts[0].id


def _is_reciprocal(node: ast.AST) -> bool:
    """Tell 1 / (something with a rank in it)."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)):
        return False
    one = isinstance(node.left, ast.Constant) and node.left.value == 1
    return one and any(getattr(part, "is_rank", False) for part in ast.walk(node.right))


def _adds_to_rank(node: ast.AST) -> bool:
    """Tell 1 / (constant + rank), where the constant is more than the 1 that makes a rank of an index."""
    right = node.right if isinstance(node, ast.BinOp) else None
    if not (isinstance(right, ast.BinOp) and isinstance(right.op, ast.Add)):
        return False
    return not any(isinstance(side, ast.Constant) and side.value == 1 for side in (right.left, right.right))
