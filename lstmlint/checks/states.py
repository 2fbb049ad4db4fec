"""Which layer a state came out of, and what its first axis stands for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from lstmlint.checks.evidence import is_torch_recurrent
from lstmlint.checks.facts import Facts
from lstmlint.events import Built, Called
from lstmlint.findings import Confidence
from lstmlint.values import Axis, ListRef, Role, Tensor, Tuple, Value, as_bool, as_size
from lstmlint.world import World


@lru_cache(maxsize=1)
def _callers(facts: Facts) -> dict[int, Called]:
    """The calls of recurrent layers by the identity of the first axis of each state they returned."""
    found: dict[int, Called] = {}
    for called in facts.events(Called):
        if is_torch_recurrent(called.layer):
            for tensor in state_parts(called.result):
                found[tensor.axes[0].id] = called
    return found


def state_parts(result: Value) -> Iterator[Tensor]:
    """h_n, and c_n of an LSTM, in a recurrent layer's result."""
    if isinstance(result, Tuple) and len(result.items) == 2:
        state = result.items[1]
        yield from (
            part for part in (state.items if isinstance(state, Tuple) else (state,)) if isinstance(part, Tensor)
        )


def stack_of(tensor: Tensor) -> Axis | None:
    """The first axis of a state as a layer returned it, layers x directions; None for any other tensor."""
    return tensor.axes[0] if tensor.axes and tensor.axes[0].role is Role.STACK else None


def origin(stack: Axis, facts: Facts) -> Called | None:
    """The call that returned the state with this first axis; one of two where a branch chose between layers."""
    identity = stack.id
    while identity in facts.world.joined:
        identity = facts.world.joined[identity]
    return _callers(facts).get(identity)


def is_surely_bidirectional(called: Called) -> bool:
    """True where the layer of a call reads in both directions."""
    return as_bool(called.layer.argument("bidirectional")) is True


def stack_confidence(stack: Axis, facts: Facts) -> Confidence | None:
    """How sure it is that a state has more than one layer x direction; None where it has exactly one."""
    if stack.is_single:
        return None
    if stack.size.exceeds(1):
        return Confidence.CERTAIN
    return Confidence.LIKELY if _is_counted_in(stack, facts) else Confidence.POSSIBLE


def _is_counted_in(stack: Axis, facts: Facts) -> bool:
    """True where a layer reads so many times a width as there are layers: the program foresees several of them."""
    own = {symbol for monomial, _ in stack.size.terms for symbol in monomial}
    for built in facts.events(Built):
        size = as_size(built.layer.argument("in_features"))
        if size is not None and any(len(monomial) > 1 and own & set(monomial) for monomial, _ in size.terms):
            return True
    return False


def tensors_in(world: World, value: Value | None) -> list[Tensor]:
    """The tensors in a state as given: one, or those of a tuple or list."""
    if isinstance(value, Tensor):
        return [value]
    items = value.items if isinstance(value, Tuple) else world.items(value) if isinstance(value, ListRef) else ()
    return [item for item in items if isinstance(item, Tensor)]
