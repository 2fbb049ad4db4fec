"""Watches the reshapes of numpy arrays that the user's file makes on the way to a model.

What a method of numpy does cannot be watched from outside. So where the file says `.reshape`, it is given a function
that notes the shapes; whatever else has that name is left alone.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from lstmlint.verify.contracts import Call, Seen
from lstmlint.verify.worker.places import own_place

WATCHED = "reshape"
GIVEN = "_lstmlint_watched"
"""The name under which the file knows `watched`."""
MOST = 200
_noted: dict[Call, None] = {}


class Marked(ast.NodeTransformer):
    """Passes each `x.reshape` that is called through `watched`."""

    def visit_Call(self, node: ast.Call) -> ast.Call:
        """Keeps the call itself, and its position."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr == WATCHED:
            name = ast.copy_location(ast.Name(GIVEN, ast.Load()), node.func)
            node.func = ast.copy_location(ast.Call(name, [node.func], []), node.func)
        return node


def watched(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that notes what a reshape of numpy does; any other function is given back."""
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return function
    owner = getattr(function, "__self__", None)
    if not isinstance(owner, numpy.ndarray) and function is not numpy.reshape:
        return function

    @wraps(function)
    def noting(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        source = owner if owner is not None else args[0] if args else None
        before, after = getattr(source, "shape", None), getattr(result, "shape", None)
        if before is not None and after is not None and len(_noted) < MOST:
            _noted[Call("array", WATCHED, own_place(), (Seen(tuple(before)),), (Seen(tuple(after)),))] = None
        return result

    return noting


def noted() -> tuple[Call, ...]:
    """The reshapes so far."""
    return tuple(_noted)
