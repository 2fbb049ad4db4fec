"""An initial state in another structure than the layer reads: nn.LSTM takes (h_0, c_0), the others one tensor."""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.catalogue.torch_recurrent import CELL_FAMILIES
from lstmlint.checks.evidence import is_torch_recurrent
from lstmlint.checks.facts import Facts
from lstmlint.checks.names import kind_of_state
from lstmlint.events import Called
from lstmlint.findings import Evidence, Finding, Severity, check
from lstmlint.interpret.wording import callee_text, shortened
from lstmlint.values import Layer, Role, Tensor, Tuple, Value

RULE = "torch-initial-state-structure"


@check(RULE, on=Called)
def state_in_another_structure(called: Called, facts: Facts) -> Iterator[Finding]:
    """A tensor to an LSTM, a pair to a GRU, two states as two arguments, or a swapped pair."""
    layer = called.layer
    if not is_torch_recurrent(layer) and not _is_cell(layer):
        return
    name = callee_text(called.place)
    is_lstm = layer.spec.family.startswith("lstm")
    if called.extra:
        yield _finding(
            called,
            f"`{name}` takes the input and one state, and gets {len(called.extra) + 2} arguments",
            f"give it the pair: `{name}(x, (h_0, c_0))`" if is_lstm else f"give it one state: `{name}(x, h_0)`",
        )
    elif is_lstm and isinstance(called.state, Tensor):
        yield _finding(
            called,
            f"`{name}` is an nn.{layer.spec.name} and takes the pair (h_0, c_0), but gets one tensor",
            f"give it both: `{name}(x, (h_0, c_0))`",
        )
    elif not is_lstm and _is_pair(called.state):
        yield _finding(
            called,
            f"`{name}` is an nn.{layer.spec.name} and takes one tensor as its state, but gets a pair",
            f"give it the hidden state alone: `{name}(x, h_0)`",
        )
    elif is_lstm and isinstance(called.state, Tuple):
        yield from _swapped(called, called.state)


def _is_cell(layer: Layer) -> bool:
    return layer.spec.framework == "torch" and layer.spec.family in CELL_FAMILIES


def _is_pair(state: Value | None) -> bool:
    return isinstance(state, Tuple) and len(state.items) == 2


def _finding(called: Called, message: str, cure: str, severity: Severity | None = None) -> Finding:
    built = Evidence(called.layer.place, f"`{shortened(called.layer.place.text)}` is built here")
    return Finding(called.place, message, because=(built,), cure=cure, severity=severity)


def _swapped(called: Called, state: Tuple) -> Iterator[Finding]:
    """The pair in the order (c, h): by what its items are, or by what they are called."""
    if len(state.items) != 2:
        return
    first, second = state.items
    by_value = [item.state if isinstance(item, Tensor) else None for item in (first, second)]
    by_name = [kind_of_state(name) for name in state.names] if len(state.names) == 2 else [None, None]
    kinds = [value or name for value, name in zip(by_value, by_name, strict=True)]
    if kinds != ["c", "h"]:
        return
    name = callee_text(called.place)
    alike = _is_blank(first) and _is_blank(second)
    yield _finding(
        called,
        f"`{name}` reads its state as (h_0, c_0), but gets the cell state first"
        + (": both are built alike here, so no result changes" if alike else ""),
        f"write `{name}(x, ({', '.join(reversed(state.names)) or 'h_0, c_0'}))`",
        Severity.INFO if alike else None,
    )


def _is_blank(value: Value) -> bool:
    """True for a tensor that was filled with one value: nothing computed it, nothing random is in it."""
    if not isinstance(value, Tensor) or value.state is not None or value.noted("random") is not None:
        return False
    return not any(axis.role in (Role.FEATURE, Role.STACK) or axis.parts for axis in value.axes)
