"""Constructor arguments of a class, as the analyser knows them from the places that make its objects."""

from __future__ import annotations

from typing import Any

from lstmlint.checks.facts import Facts
from lstmlint.events import Instantiated
from lstmlint.values import Const, Num, Tuple, Value
from lstmlint.verify.slicing import Syntax

FREE = (6, 10, 14, 22, 26, 34, 38)
"""Numbers for sizes that only the data know, each another."""


class _Unknown(Exception):
    """A value that JSON cannot carry or that nobody knows."""


def constructor_arguments(syntax: Syntax, name: str, facts: Facts) -> dict[str, Any]:
    """The arguments by name, from the first place where all are known; a size that only the data know is free."""
    initializer = syntax.method(name, "__init__")
    if initializer is None:
        return {}
    names = [each.arg for each in (*initializer.args.posonlyargs, *initializer.args.args)][1:]
    for made in facts.events(Instantiated):
        if made.cls.name == name and (made.positional or made.keywords):
            given = [*zip(names, made.positional, strict=False), *made.keywords]
            sizes: dict[object, int] = {}
            try:
                return {parameter: _plain(value, sizes) for parameter, value in given}
            except _Unknown:
                continue
    return {}


def _plain(value: Value, sizes: dict[object, int]) -> Any:
    if isinstance(value, Const) and isinstance(value.value, (int, float, str, bool, type(None))):
        return value.value
    if isinstance(value, Num):
        known = value.size.known
        return sizes.setdefault(value.size, FREE[len(sizes) % len(FREE)]) if known is None else known
    if isinstance(value, Tuple):
        return [_plain(item, sizes) for item in value.items]
    raise _Unknown
