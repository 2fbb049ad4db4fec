"""What says that one of two axes is batch and the other time: claims, and uses that make sense along one of them only.

Claims were made while the program was interpreted (a loader, a layer's layout, the names of sizes). Uses are read from
events: the last entry, a mean or a softmax along an axis make sense over time, flattening what stands behind an axis
makes sense behind the batch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from operator import itemgetter

from lstmlint.checks.facts import Facts
from lstmlint.events import (
    Built,
    Called,
    Event,
    Inserted,
    Joined,
    LossTaken,
    Reduced,
    Reshaped,
    Selected,
    Sliced,
    StateRepeated,
)
from lstmlint.interpret.wording import shortened
from lstmlint.lean import dataclass
from lstmlint.sizes import Size
from lstmlint.source import Place
from lstmlint.values import (
    Axis,
    Claim,
    Path,
    Role,
    Slice,
    Strength,
    Tensor,
    Value,
    as_bool,
    as_int,
    as_size,
    compatible,
)

LAST = "last"
STATE = "state"
TURNED = "turned"
NAME = "name"
LAYER = "layer"

OF_A_KIND = 16
"""Claims on one axis that weigh the same and are weighed: each of many layers in a row would be held against all."""
_ALONG_TIME = frozenset({"sum", "mean", "max", "min", "amax", "amin", "softmax", "log_softmax", "cumsum", "logsumexp"})
_DATA = frozenset({"loader", "padding"})
"""Kinds of claims made by what produced the data, not by how it is used."""
_OF_ONE_STEP = _DATA | {"state", "handed"}
"""Kinds of claims that say what is what beside an axis of size 1 as well."""


_Numbered = tuple[int, Claim]


@dataclass(frozen=True)
class Support:
    """One place that takes an axis for batch or time. `event` is what happened there, where it was no claim."""

    place: Place
    text: str
    strength: Strength
    kind: str
    event: Event | None = None


@dataclass(frozen=True)
class View:
    """One place's idea of which of two axes is batch and which is time; `batch_first` says in which order they come."""

    batch: Axis
    time: Axis
    batch_first: bool
    path: Path


@dataclass(frozen=True)
class _Use:
    """A use along one axis of a tensor, and what it says of that axis."""

    axis: int
    role: Role
    others: frozenset[int]
    event: Event
    support: Support


class Uses:
    """Everything that says what an axis is, by the axis."""

    def __init__(self, facts: Facts) -> None:
        self._by_axis: dict[int, list[_Use]] = {}
        self._claims: dict[tuple[int, Role, bool], dict[tuple[object, ...], list[_Numbered]]] = {}
        self._losses = [(event.place, event.prediction) for event in facts.events(LossTaken)]
        self._layers = {event.layer.id: event.layer for event in facts.events(Called)}
        self._layers.update((event.layer.id, event.layer) for event in facts.events(Built))
        for use in _uses(facts):
            self._by_axis.setdefault(use.axis, []).append(use)

    def against(self, view: View, facts: Facts) -> Iterator[Support]:
        """What says that a view has batch and time the wrong way round."""
        yield from self._supports(view, view.time, Role.BATCH, facts)
        yield from self._supports(view, view.batch, Role.TIME, facts)

    def agreeing(self, view: View, facts: Facts) -> Iterator[Support]:
        """What says that a view is right, other than layers of the same layout."""
        yield from self._supports(view, view.time, Role.TIME, facts)
        yield from self._supports(view, view.batch, Role.BATCH, facts)

    def _supports(self, view: View, axis: Axis, role: Role, facts: Facts) -> Iterator[Support]:
        groups = self._weighty(axis, role, view.batch_first, facts)
        counted = (islice((each for each in group if self._counts(each[1], view)), OF_A_KIND) for group in groups)
        for _, claim in sorted(chain.from_iterable(counted), key=itemgetter(0)):
            yield _of_claim(claim)
        pair = {view.batch.id, view.time.id}
        if view.batch.is_single or view.time.is_single:
            return
        for use in self._by_axis.get(axis.id, []):
            if use.role is role and pair <= use.others and compatible(use.event.path, view.path):
                yield use.support

    def _weighty(self, axis: Axis, role: Role, batch_first: bool, facts: Facts) -> Iterable[list[_Numbered]]:
        """The claims on an axis, those that weigh the same together, each with its number.

        Without those of layers of the same layout, which a layer called in a row makes.
        """
        key = axis.id, role, batch_first
        if key not in self._claims:
            groups: dict[tuple[object, ...], list[_Numbered]] = {}
            for number, claim in enumerate(facts.claims(axis)):
                if claim.role is role and self._differs(claim, batch_first):
                    said = claim.text if claim.strength is Strength.NAME else ""
                    weight = claim.kind, claim.strength, claim.layer is None, said
                    groups.setdefault(weight, []).append((number, claim))
            self._claims[key] = groups
        return self._claims[key].values()

    def _differs(self, claim: Claim, batch_first: bool) -> bool:
        """True but for a layer whose layout is the same or not known."""
        if claim.layer is None or claim.kind in ("loss", *_OF_ONE_STEP):
            return True
        other = self._layers.get(claim.layer)
        layout = None if other is None else as_bool(other.argument("batch_first"))
        return layout is not None and layout != batch_first

    def _counts(self, claim: Claim, view: View) -> bool:
        if not compatible(claim.path, view.path):
            return False
        if view.batch.is_single or view.time.is_single:
            return claim.kind in _OF_ONE_STEP
        if claim.kind == "loss":
            return self._sees_both(claim, view)
        return claim.layer is None or self._differs(claim, view.batch_first)

    def _sees_both(self, claim: Claim, view: View) -> bool:
        """True for a loss on both axes; one that sees a selection takes for batch whatever the selection left."""
        pair = {view.batch.id, view.time.id}
        return any(
            place == claim.place and isinstance(prediction, Tensor) and pair <= {axis.id for axis in prediction.axes}
            for place, prediction in self._losses
        )


@lru_cache(maxsize=1)
def uses_of(facts: Facts) -> Uses:
    """All uses of a run."""
    return Uses(facts)


def _of_claim(claim: Claim) -> Support:
    """A claim as support. Another layer's layout is no better founded than this one's."""
    if claim.layer is not None:
        return Support(claim.place, claim.text, Strength.STRUCTURE, LAYER)
    if claim.kind == "loss":
        return Support(claim.place, claim.text, Strength.STRUCTURE, claim.kind)
    kind = NAME if claim.strength is Strength.NAME else claim.kind or "claim"
    return Support(claim.place, claim.text, claim.strength, kind)


def _uses(facts: Facts) -> Iterator[_Use]:
    for selected in facts.events(Selected):
        if selected.kept and selected.position == 0:
            continue  # `x[-1:]` is as often a batch of one sample
        if selected.last and not selected.axis.is_single and not _has_stack(selected.source):
            text = f"takes the last entry along axis {selected.position}, as of time"
            yield _use(selected, selected.axis, Role.TIME, selected.source, Strength.STRUCTURE, text, LAST)
    for reduced in facts.events(Reduced):
        if reduced.how in _ALONG_TIME and not reduced.axis.is_single and not _has_stack(reduced.source):
            text = f"takes the {reduced.how} along axis {reduced.position}, as over time"
            strength = _weight_of_reduction(reduced)
            yield _use(reduced, reduced.axis, Role.TIME, reduced.source, strength, text, "reduced")
    yield from _shifted(facts)
    yield from _lengthened(facts)
    yield from _repeated(facts)
    read = {identities(call.source) for call in facts.events(Called) if call.layer.spec.family == "linear"}
    for reshaped in facts.events(Reshaped):
        if identities(reshaped.result) in read:
            yield from _flattened_behind_batch(reshaped)


def identities(value: Value) -> tuple[int, ...]:
    """The identities of a tensor's axes in order, none for any other value."""
    return tuple(axis.id for axis in value.axes) if isinstance(value, Tensor) else ()


def _use(event: Event, axis: Axis, role: Role, source: Tensor, strength: Strength, text: str, kind: str) -> _Use:
    support = Support(event.place, text, strength, kind, event)
    return _Use(axis.id, role, frozenset(a.id for a in source.axes), event, support)


def _shifted(facts: Facts) -> Iterator[_Use]:
    """`x[:, :-1]` beside `x[:, 1:]`: the same entries one further on, as inputs and targets along time."""
    earlier: dict[tuple[int, ...], list[Sliced]] = {}
    for sliced in facts.events(Sliced):
        seen = earlier.setdefault((sliced.axis.id, *identities(sliced.source)), [])
        others = (other for other in seen if other.place != sliced.place)  # a window that moves is none further on
        other = next((other for other in others if _is_one_further(sliced.part, other.part)), None)
        if other is not None and not _has_stack(sliced.source):
            text = f"takes the entries one further along axis {sliced.position} than `{shortened(other.place.text)}`"
            yield _use(sliced, sliced.axis, Role.TIME, sliced.source, Strength.STRUCTURE, text, "shifted")
        seen.append(sliced)


def _lengthened(facts: Facts) -> Iterator[_Use]:
    """`cat([vector.unsqueeze(1), steps], 1)`: one more entry for each sample, in front of its steps or behind them.

    Along axis 0, it is as often one more sample.
    """
    inserted = {event.axis.id for event in facts.events(Inserted)}
    for joined in facts.events(Joined):
        result = joined.result
        if isinstance(result, Tensor) and joined.position == 1 and len(result.axes) == 3:
            axes = [part.axes[1] for part in joined.parts if isinstance(part, Tensor) and len(part.axes) == 3]
            are_new = [axis.is_single and axis.id in inserted for axis in axes]
            if len(joined.parts) == len(axes) == 2 and sum(are_new) == 1 and not axes[are_new.index(False)].is_single:
                text = "puts one entry beside the others along axis 1, as a step"
                yield _use(joined, result.axes[1], Role.TIME, result, Strength.STRUCTURE, text, "lengthened")


def _repeated(facts: Facts) -> Iterator[_Use]:
    """`h_n.repeat(steps, 1, 1)`: the same vector of each sample for every step, with the batch where a state has it."""
    for event in facts.events(StateRepeated):
        time, batch, _ = event.result.axes
        text = "repeats a vector along axis 0, as for every time step"
        yield _use(event, time, Role.TIME, event.result, Strength.STRUCTURE, text, "repeated")
        text = "a final state has the batch on axis 1"
        yield _use(event, batch, Role.BATCH, event.result, Strength.STRUCTURE, text, "final")


def _is_one_further(one: Slice, other: Slice) -> bool:
    """True for two slices of the same length, of which one begins one entry behind the other."""
    gap = _gap(one, other)
    return gap is not None and gap.known in (1, -1)


def _gap(one: Slice, other: Slice) -> Size | None:
    """How far one slice lies behind another of the same length."""
    if one.step is not None or other.step is not None or _is_open(one) != _is_open(other) or _is_single(one):
        return None
    starts = _distance(one.lower, other.lower)
    return starts if starts is not None and starts == _distance(one.upper, other.upper) else None


def _is_single(part: Slice) -> bool:
    """True for a slice of one entry, which is picked: samples are, as well as steps."""
    length = None if part.upper is None else _distance(part.upper, part.lower)
    return length is not None and length.known == 1


def _is_open(part: Slice) -> bool:
    """True for a slice whose end is counted from the end of the axis."""
    return part.upper is None or (as_int(part.upper) or 0) < 0


def _distance(one: Value | None, other: Value | None) -> Size | None:
    """One bound of a slice less another; no bound counts as 0, from the axis' start or from its end."""
    first, second = (Size.of(0) if bound is None else as_size(bound) for bound in (one, other))
    return None if first is None or second is None else first - second


def _has_stack(source: Tensor) -> bool:
    return any(axis.role is Role.STACK for axis in source.axes)


def _weight_of_reduction(reduced: Reduced) -> Strength:
    """A softmax over several features at once is as often meant for the features; axis 0 is often the whole data."""
    source = reduced.source
    is_softmax = "softmax" in reduced.how
    if is_softmax and len(source.axes) == 3 and not source.axes[-1].is_single:
        return Strength.NAME
    return Strength.STRUCTURE


def _flattened_behind_batch(reshaped: Reshaped) -> Iterator[_Use]:
    """(B,T,F) to (B,T*F), given to a dense layer: the axis that stays in front is the batch."""
    source, result = reshaped.source, reshaped.result
    if reshaped.scrambled or len(source.axes) != 3 or len(result.axes) != 2 or _has_stack(source):
        return
    first, second, third = source.axes
    merged = {part.id for part in result.axes[1].parts}
    if result.axes[0].id == first.id and merged == {second.id, third.id} and not second.is_single:
        text = "keeps axis 0 and merges the others into features"
        yield _use(reshaped, first, Role.BATCH, source, Strength.STRUCTURE, text, "flattened")
