"""What a type annotation says of a tensor: jaxtyping's `Float[Tensor, "batch time feature"]` names every axis."""

from __future__ import annotations

import ast

import libcst as cst

from lstmlint.names.vocabulary import likely_roles
from lstmlint.source import Place
from lstmlint.values import Strength, Tensor, Value
from lstmlint.world import World

_OPEN = ("...", "*")


def axis_names(annotation: cst.BaseExpression) -> tuple[str, ...] | None:
    """The axis names of `Float[Tensor, "batch time feature"]`; None for other annotations and for open shapes."""
    if not isinstance(annotation, cst.Subscript) or len(annotation.slice) != 2:
        return None
    last = annotation.slice[1].slice
    if not isinstance(last, cst.Index) or not isinstance(last.value, cst.SimpleString):
        return None
    names = tuple(str(ast.literal_eval(last.value.value)).split())
    return None if not names or any(name.startswith(_OPEN) for name in names) else names


def claim_annotation(world: World, value: Value, annotation: cst.BaseExpression, place: Place) -> None:
    """Claims the axes of an annotated parameter by their names."""
    names = axis_names(annotation)
    tensor = None if names is None else world.tensor(value, len(names))
    if names is None or not isinstance(tensor, Tensor):
        return
    named = zip(names, likely_roles(names), tensor.axes, strict=True)
    for position, (name, role, axis) in enumerate(named):
        if role is not None:
            world.claim(axis, role, Strength.STRUCTURE, place, f"annotates axis {position} as `{name}`")
