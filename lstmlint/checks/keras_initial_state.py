"""initial_state unlike the layer's states: too few or too many, c before h, torch's axes, another width.

Keras 3 does not compare what it is given with the layer: a second state of a GRU is ignored, the two states of an LSTM
are taken in the order given, and most of the rest is noticed only when the model runs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lstmlint.catalogue.keras_recurrent import SPATIAL_AXES, STATES
from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_return_state_unpack import misnamed
from lstmlint.checks.keras_state_names import meaning
from lstmlint.checks.keras_steps import is_keras, quoted
from lstmlint.events import Called, Joined, Unpacked
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.keras.recurrent import wrapped
from lstmlint.values import Layer, ListRef, OpenTensor, Tensor, Tuple, Value, as_size, compatible

RULE = "keras-initial-state"
_GIVEN = re.compile(r"initial_state ?= ?[\[(] ?([\w.]+), ?([\w.]+),? ?[\])]")
States = tuple[Tensor | OpenTensor, ...]


@check(RULE, on=Called)
def wrong_states(called: Called, facts: Facts) -> Iterator[Finding]:
    """The first thing that is wrong with a call's initial state: how many, which, of which axes, how wide."""
    inner = wrapped(called.layer) if called.layer.spec.family == "bidirectional" else called.layer
    wanted = states_of(called.layer, inner)
    given = given_states(called, facts)
    if inner is None or not wanted or not given or not is_keras(inner):
        return
    for wrong in (_number, _rank, _order, _width):
        finding = wrong(called, inner, wanted, given, facts)
        if finding is not None:
            yield finding
            return


def states_of(layer: Layer, inner: Layer | None) -> tuple[str, ...]:
    """The states that a layer takes, in order: `h`, `c`, or `forward h` ... for both directions."""
    states = () if inner is None else STATES.get(inner.spec.family, ())
    if inner is None or inner.spec.family.endswith("_cell"):
        return ()
    if layer is inner:
        return states
    return tuple(f"{direction} {state}" for direction in ("forward", "backward") for state in states)


def given_states(called: Called, facts: Facts) -> States:
    """The tensors handed over as initial state; none where they are not all known to be tensors of this call."""
    given = called.state
    if isinstance(given, (Tensor, OpenTensor)):
        items: tuple[Value, ...] = (given,)
    elif isinstance(given, Tuple):
        items = given.items
    elif isinstance(given, ListRef) and not facts.world.is_open(given):
        items = facts.world.items(given)
    else:
        return ()
    known = tuple(item for item in items if isinstance(item, (Tensor, OpenTensor)))
    return known if len(known) == len(items) and _come_together(called, known, facts) else ()


def _come_together(called: Called, given: States, facts: Facts) -> bool:
    """True where no state comes out of a branch that does not lead to the call."""
    origins = [origin for state in given if (origin := facts.origin(state)) is not None]
    return all(compatible(origin.path, called.path) for origin in origins)


def _number(called: Called, inner: Layer, wanted: tuple[str, ...], given: States, facts: Facts) -> Finding | None:
    if len(given) == len(wanted):
        return None
    count = "1 state is" if len(given) == 1 else f"{len(given)} states are"
    takes = f"takes {len(wanted)}" if len(wanted) > 1 else "takes one"
    rest = ""
    ignores = inner.spec.family == "gru" and not facts.world.keras.before(3)
    if ignores and len(given) % len(wanted) == 0 and len(given) > 1:
        rest = "; Keras 3 silently ignores the rest"
    return Finding(
        called.place,
        f"{count} handed to {quoted(called.layer)}, which {takes}, {_listed(wanted)}{rest}",
        because=_built(called),
        cure=f"hand over {_listed(wanted)}",
    )


def _rank(called: Called, inner: Layer, wanted: tuple[str, ...], given: States, facts: Facts) -> Finding | None:
    rank = 2 + SPATIAL_AXES.get(inner.spec.family, 0)
    wrong = next((state for state in given if isinstance(state, Tensor) and len(state.axes) != rank), None)
    if wrong is None:
        return None
    cure = f"give each state the axes {_axes(inner)}"
    return Finding(
        called.place,
        f"a state of {len(wrong.axes)} axes is handed to {quoted(called.layer)}, which takes {_axes(inner)} for each",
        because=_built(called),
        cure="hand over the layer's state, not its sequence" if wrong.noted("sequence") else cure,
    )


def _axes(inner: Layer) -> str:
    return "(batch, units)" if inner.spec.family not in SPATIAL_AXES else "(batch, ..., filters)"


def _order(called: Called, inner: Layer, wanted: tuple[str, ...], given: States, facts: Facts) -> Finding | None:
    by_value = [_named(state, facts) for state in given]
    names = [value or name for value, name in zip(by_value, _called(called, len(given)), strict=True)]
    wrong = [
        (name, place) for name, place in zip(names, wanted, strict=True) if name is not None and _differ(name, place)
    ]
    fewest = 1 if len(wanted) == 1 else 2
    if len(wrong) < fewest or _unpacked_wrongly(given, facts):
        return None
    shown = ", ".join(name or "?" for name in names)
    return Finding(
        called.place,
        f"the states are ({shown}), but {quoted(called.layer)} takes {_listed(wanted)}",
        because=_built(called),
        cure=f"hand over {_listed(wanted)}",
        confidence=_confidence(wanted, by_value),
    )


def _confidence(wanted: tuple[str, ...], by_value: list[str | None]) -> Confidence:
    """What only the names say is less than certain."""
    if len(wanted) < 2:
        return Confidence.POSSIBLE
    return Confidence.CERTAIN if any(by_value) else Confidence.LIKELY


def _called(called: Called, count: int) -> list[str | None]:
    """Which states two tensors are by their names, where these say it of both: `initial_state=[start_h, start_c]`."""
    match = _GIVEN.search(called.place.text)
    kinds = [meaning(name).kind for name in match.groups()] if match is not None and count == 2 else []
    return [*kinds] if set(kinds) == {"h", "c"} else [None] * count


def _named(state: Value, facts: Facts) -> str | None:
    """Which state a tensor is: a layer's own, or two of the same kind joined."""
    if not isinstance(state, Tensor):
        return None
    if state.state is not None:
        return state.state
    joined = next((event for event in facts.events(Joined) if event.result == state), None)
    parts = () if joined is None else joined.parts
    kinds = {part.state[-1] if isinstance(part, Tensor) and part.state else None for part in parts}
    return kinds.pop() if len(kinds) == 1 else None


def _differ(name: str, wanted: str) -> bool:
    """True where a state is of another kind, or of another direction where both are told."""
    if name[-1] != wanted[-1]:
        return True
    return " " in name and " " in wanted and name.split()[0] != wanted.split()[0]


def _unpacked_wrongly(given: States, facts: Facts) -> bool:
    """True where the names of an unpacking are to blame, which another rule says there."""
    for unpacked in facts.events(Unpacked):
        value = unpacked.value
        if not isinstance(value, Tuple) or value.part != "result" or len(value.items) != len(unpacked.names):
            continue
        if any(item in given for _, item in misnamed(value, unpacked.names)):
            return True
    return False


def _width(called: Called, inner: Layer, wanted: tuple[str, ...], given: States, facts: Facts) -> Finding | None:
    units = as_size(inner.argument("filters" if inner.spec.family in SPATIAL_AXES else "units"))
    if units is None:
        return None
    for state in given:
        if isinstance(state, Tensor) and state.axes[-1].size.cannot_equal(units):
            width, own = state.axes[-1].size.known, units.known
            if width is not None and own is not None:
                return Finding(
                    called.place,
                    f"a state of width {width} is handed to {quoted(called.layer)}, whose states are {own} wide",
                    because=_built(called),
                    cure=f"bring the state to {own} features, or give the layer {width} units",
                )
    return None


def _listed(states: tuple[str, ...]) -> str:
    return f"`[{', '.join(states)}]`" if len(states) > 1 else f"`{states[0]}`"


def _built(called: Called) -> tuple[Evidence, ...]:
    return (Evidence(called.layer.place, "is built here"),)
