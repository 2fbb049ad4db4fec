"""A positional argument of a recurrent torch layer that lands in another parameter than the one meant."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lstmlint.catalogue.spec import Parameter
from lstmlint.checks.evidence import is_torch_recurrent
from lstmlint.checks.facts import Facts
from lstmlint.events import Built
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.wording import shortened
from lstmlint.lean import dataclass
from lstmlint.values import Const, Value

_MEANT = {
    "dropout": re.compile(r"(^|_)(drop|dropout)(_|$)"),
    "batch_first": re.compile(r"(^|_)batch_first$"),
    "bidirectional": re.compile(r"(^|_)(bidirectional|bidir|is_bi)(_|$)"),
}
"""Arguments whose own name says which parameter they are meant for."""
_WRITTEN_OUT = ("True", "")
"""The texts of a flag that no variable names: as it is written, or one of `*args`."""


@dataclass(frozen=True)
class Misplaced:
    """An argument in another parameter than the one it was meant for."""

    parameter: Parameter
    value: Value
    text: str
    meant: str
    is_sure: bool


@check("torch-positional-argument", on=Built)
def landed_elsewhere(built: Built, facts: Facts) -> Iterator[Finding]:
    """The first positional argument that is of the wrong kind for its parameter, or named after another one."""
    found = misplaced(built)
    if found is not None:
        yield _finding(built, found)


def misplaced(built: Built) -> Misplaced | None:
    """The first positional argument of a recurrent layer that is in the wrong place."""
    if not is_torch_recurrent(built.layer):
        return None
    given = list(zip(built.layer.spec.parameters, built.positional, strict=False))
    for position, (parameter, value) in enumerate(given):
        text = built.positional_texts[position] if position < len(built.positional_texts) else ""
        meant, is_sure = _meant(parameter, value, text, is_last=position == len(given) - 1)
        if meant is not None and (is_sure or meant not in dict(built.keywords)):
            return Misplaced(parameter, value, text, meant, is_sure)
    return None


def _shown(value: Value) -> str:
    return repr(value.value) if isinstance(value, Const) else "the argument"


def _meant(parameter: Parameter, value: Value, text: str, is_last: bool) -> tuple[str | None, bool]:
    """Which parameter an argument was meant for (None: the one it is in), and whether that is sure."""
    name = text.rpartition(".")[2].lower()
    named = next((meant for meant, pattern in _MEANT.items() if pattern.search(name)), None)
    if named is not None and named != parameter.name:
        return named, True
    if named is not None or not isinstance(value, Const):
        return None, False
    plain = value.value
    if parameter.kind == "int" and isinstance(plain, bool):
        return "batch_first", True
    if parameter.kind == "bool" and isinstance(plain, float):
        return "dropout", True
    if parameter.kind == "bool" and isinstance(plain, str):
        return "nonlinearity", True
    if parameter.name == "dropout" and isinstance(plain, bool):
        return "bidirectional", True
    if parameter.name == "bias" and plain is True and is_last and text in _WRITTEN_OUT:
        return "batch_first", False
    if parameter.name == "nonlinearity" and isinstance(plain, bool):
        return "batch_first", True
    return None, False


def _finding(built: Built, found: Misplaced) -> Finding:
    parameter, meant = found.parameter, found.meant
    text = shortened(found.text) or _shown(found.value)
    where = found.value.place if isinstance(found.value, Const) and not found.text else None
    order = ", ".join(p.name for p in built.layer.spec.parameters[:7])
    counted = " (True counts as 1)" if parameter.kind == "int" and text == "True" else ""
    is_given = meant in [p.name for p in built.layer.spec.parameters[: len(built.positional)]]
    other = f"not on `{meant}`" if is_given else f"`{meant}` keeps its default"
    return Finding(
        built.place,
        f"`{text}` lands on `{parameter.name}`{counted}, {other}: the order is {order}",
        because=() if where is None else (Evidence(where, "is handed on from here"),),
        cure=f"give it by name: `{meant}={text}`",
        confidence=Confidence.CERTAIN if found.is_sure else Confidence.LIKELY,
    )
