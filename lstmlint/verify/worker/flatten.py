"""The tensors inside what a call takes and gives: tuples, lists, dictionaries, packed sequences, in a fixed order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

DEEPEST = 6


def tensors(value: Any, is_tensor: Callable[[Any], bool], deep: int = 0) -> Iterator[Any]:
    """The tensors of a value, depth first."""
    if is_tensor(value):
        yield value
    elif deep < DEEPEST:
        for item in parts(value):
            yield from tensors(item, is_tensor, deep + 1)


def parts(value: Any) -> list[Any]:
    """What a container holds; nothing for what is no container."""
    if isinstance(value, (tuple, list)):
        return list(value)
    if isinstance(value, dict):
        return list(value.values())
    return []


def replaced(value: Any, is_tensor: Callable[[Any], bool], change: Callable[[Any], Any]) -> Any:
    """A value with every tensor changed, containers made anew."""
    if is_tensor(value):
        return change(value)
    if isinstance(value, tuple):
        items = [replaced(item, is_tensor, change) for item in value]
        if hasattr(value, "_fields"):
            return type(value)(*items)
        return type(value)(items) if hasattr(value, "n_fields") else tuple(items)
    if type(value) is list:
        return [replaced(item, is_tensor, change) for item in value]
    if type(value) is dict:
        return {key: replaced(item, is_tensor, change) for key, item in value.items()}
    return value
