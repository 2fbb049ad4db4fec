"""TensorFlow 1's dynamic functions, which read (batch, time, features) or, with time_major=True, time first.

The rule is that of Keras' layers too: data of the other layout, or the last sample taken for the last step, is silent.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.facts import Facts
from lstmlint.events import Called, Joined, Selected
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.wording import callee_text, shortened, subscripted
from lstmlint.values import Axis, Claim, Const, Layer, Role, Strength, Tensor, Tuple, as_bool, compatible

RULE = "keras-time-major"
FUNCTIONS = frozenset({"dynamic_rnn", "bidirectional_dynamic_rnn"})


def is_tensorflow(layer: Layer | None) -> bool:
    """True for one of TensorFlow 1's recurrent functions, or a cell."""
    return layer is not None and layer.spec.framework == "tensorflow"


def reads_time_first(called: Called) -> bool | None:
    """The layout of a dynamic function; None for anything else, or where it is not known."""
    if not is_tensorflow(called.layer) or called.layer.spec.family not in FUNCTIONS:
        return None
    return as_bool(called.layer.argument("time_major") or Const(False))


@check(RULE, on=Called)
def data_of_the_other_layout(called: Called, facts: Facts) -> Iterator[Finding]:
    """What the function reads as batch is time, or the other way round."""
    claim = _against(called, facts)
    if claim is None:
        return
    time_first, name = bool(reads_time_first(called)), callee_text(called.place)
    data = "batch-major" if time_first else "time-major"
    yield Finding(
        called.place,
        f"`{name}` reads {_order(time_first)}, but its input is {data}: it runs along the batch",
        because=(Evidence(claim.place, claim.text),),
        cure="leave `time_major` out" if time_first else "give it `time_major=True`, or the batch first",
        confidence=Confidence.LIKELY if claim.strength is Strength.NAME else Confidence.CERTAIN,
    )


def _order(time_first: bool) -> str:
    return "(time, batch, features)" if time_first else "(batch, time, features)"


def _against(called: Called, facts: Facts) -> Claim | None:
    """The strongest claim against the layout of a dynamic function, unless something as strong speaks for it."""
    time_first, source = reads_time_first(called), called.source
    if time_first is None or not isinstance(source, Tensor) or len(source.axes) != 3:
        return None
    time, batch = source.axes[:2] if time_first else (source.axes[1], source.axes[0])
    if time.is_single or batch.is_single:
        return None
    against = _claims(called, facts, time, Role.BATCH) + _claims(called, facts, batch, Role.TIME)
    agreeing = _claims(called, facts, time, Role.TIME) + _claims(called, facts, batch, Role.BATCH)
    strongest = max(against, key=lambda claim: claim.strength, default=None)
    if strongest is None or any(claim.strength >= strongest.strength for claim in agreeing):
        return None
    return strongest


def _claims(called: Called, facts: Facts, axis: Axis, role: Role) -> list[Claim]:
    """What is claimed of an axis by anything but a recurrent function or layer."""
    own = [claim for claim in facts.claims(axis) if claim.layer is None and claim.role is role]
    return [claim for claim in own if compatible(claim.path, called.path)]


@check(RULE, on=Selected)
def last_sample_for_the_last_step(selected: Selected, facts: Facts) -> Iterator[Finding]:
    """`outputs[-1]` behind dynamic_rnn, or `outputs[:, -1]` behind a time-major one."""
    called = _read_by(selected, facts)
    if called is None or not selected.last or not facts.drops(selected) or _against(called, facts) is not None:
        return
    source = called.source
    assert isinstance(source, Tensor)
    time_first = bool(reads_time_first(called))
    time, batch = source.axes[:2] if time_first else (source.axes[1], source.axes[0])
    if selected.axis.id != batch.id or time.is_single or batch.is_single:
        return
    position = next((n for n, axis in enumerate(selected.source.axes) if axis.id == time.id), None)
    if position is None:
        return
    cured = f"{subscripted(selected.place, 'outputs')}[{':, ' * position}-1]"
    yield Finding(
        selected.place,
        f"`{shortened(selected.place.text)}` is the last sample of the batch, not the last time step: "
        f"axis {selected.position} is the batch here",
        because=(Evidence(called.place, f"`{callee_text(called.place)}` reads and returns {_order(time_first)}"),),
        cure=f"take the last entry along axis {position}: `{cured}`",
    )


def _read_by(selected: Selected, facts: Facts) -> Called | None:
    """The dynamic function whose outputs these are, by their features, as long as it is just one."""
    feature = selected.source.axes[-1].id
    found = [
        called
        for called in facts.events(Called)
        if reads_time_first(called) is not None
        and isinstance(called.source, Tensor)
        and compatible(called.path, selected.path)
        and any(output.axes[-1].id == feature for output in _outputs(called, facts))
    ]
    return found[0] if len(found) == 1 else None


def _outputs(called: Called, facts: Facts) -> list[Tensor]:
    """The output of a dynamic function, or those of both directions, each and joined."""
    result = called.result
    first = result.items[0] if isinstance(result, Tuple) and result.items else None
    given = first.items if isinstance(first, Tuple) else (first,)
    joined = [event.result for event in facts.events(Joined) if event.parts and set(event.parts) <= set(given)]
    return [value for value in (*given, *joined) if isinstance(value, Tensor) and value.axes]
