"""Who says what of the two leading axes of a recurrent layer's data, and who is in the minority.

A torch layer reads axis 0 and axis 1 of its input by its `batch_first`. Everything else that says which of the two is
batch and which is time is collected here: claims made on the axes, and uses that make sense along one of them only
(the last entry, a mean, a softmax along time; flattening behind the batch). Where the two sides disagree, the weaker
one is at fault: the layer, or the single place that contradicts it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from lstmlint.catalogue.torch_recurrent import RECURRENT_FAMILIES
from lstmlint.checks.facts import Facts
from lstmlint.checks.packing import is_laid_out_anew, note_of_padding
from lstmlint.events import Built, Called, Event, Joined, LossTaken, PaddedBack, Reduced, Reshaped, Returned, Selected
from lstmlint.findings import Confidence, Evidence
from lstmlint.source import Place
from lstmlint.values import (
    Axis,
    Claim,
    Const,
    Layer,
    Note,
    Path,
    Role,
    Strength,
    Tensor,
    Tuple,
    Value,
    as_bool,
    compatible,
)

LAST = "last"
STATE = "state"
TURNED = "turned"
NAME = "name"
LAYER = "layer"

_ALONG_TIME = frozenset({"sum", "mean", "max", "min", "amax", "amin", "softmax", "log_softmax", "cumsum", "logsumexp"})
_DATA = frozenset({"loader", "padding"})
"""Kinds of claims made by what produced the data, not by how it is used."""


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
class Reading:
    """One call of a recurrent layer on a tensor of three axes whose layout is known, and who agrees with it."""

    called: Called
    source: Tensor
    batch_first: bool
    against: tuple[Support, ...]
    agreeing: tuple[Support, ...]

    @property
    def layer(self) -> Layer:
        """The layer that reads."""
        return self.called.layer

    @property
    def batch(self) -> Axis:
        """The axis that the layer reads as batch."""
        return self.source.axes[0 if self.batch_first else 1]

    @property
    def time(self) -> Axis:
        """The axis that the layer reads as time."""
        return self.source.axes[1 if self.batch_first else 0]

    @property
    def view(self) -> View:
        """The layer's idea of its input."""
        return View(self.batch, self.time, self.batch_first, self.called.path)

    @property
    def turned(self) -> Note | None:
        """Where the first two axes were exchanged on purpose before the layer, an odd number of times."""
        notes = [note for note in self.source.trail if note.kind == "transposed"]
        return notes[-1] if len(notes) % 2 else None


@dataclass
class Layouts:
    """All readings of a run, and the layers that are in the minority."""

    readings: list[Reading] = field(default_factory=list)
    faults: dict[int, list[Reading]] = field(default_factory=dict)
    """Readings in which the layer is at fault, by the layer's identity."""
    _first: dict[Place, int] = field(default_factory=dict)
    """The first layer at fault by the place where it was built."""

    def is_at_fault(self, layer: Layer) -> bool:
        """True where a layer, or another one built at the same place, has the wrong layout."""
        return layer.place in self._first

    def blame(self, reading: Reading) -> None:
        """Notes that a reading is the layer's mistake."""
        self.faults.setdefault(reading.layer.id, []).append(reading)
        self._first.setdefault(reading.layer.place, reading.layer.id)

    def faults_at(self, built: Built) -> list[Reading]:
        """The readings in which a layer is at fault; only for the first layer built at its place."""
        return self.faults.get(built.layer.id, []) if self._first.get(built.layer.place) == built.layer.id else []

    def along(self, axis: Axis, others: tuple[Axis, ...]) -> list[Reading]:
        """The readings that took an axis for batch or time and whose other axis is among `others`."""
        ids = {other.id for other in others}
        return [
            reading
            for reading in self.readings
            if axis.id in (reading.batch.id, reading.time.id) and {reading.batch.id, reading.time.id} <= ids
        ]


@lru_cache(maxsize=4)
def layouts(facts: Facts) -> Layouts:
    """Weighs all readings of a run."""
    found = Layouts()
    uses = uses_of(facts)
    anew = {padded.place for padded in facts.events(PaddedBack) if is_laid_out_anew(padded, facts)}
    for called in facts.events(Called):
        reading = _reading(called, facts, uses)
        if reading is not None and not _comes_from(reading.source, anew):
            found.readings.append(reading)
            if layer_is_wrong(reading):
                found.blame(reading)
    return found


def is_torch_recurrent(layer: Layer) -> bool:
    """True for nn.LSTM, nn.GRU and nn.RNN."""
    return layer.spec.framework == "torch" and layer.spec.family in RECURRENT_FAMILIES


def _comes_from(source: Tensor, places: set[Place]) -> bool:
    """True for data padded back in another layout than it was packed from: torch-pack-mismatch tells of that."""
    note = note_of_padding(source)
    return note is not None and note.place in places


def _reading(called: Called, facts: Facts, uses: Uses) -> Reading | None:
    source, layer = called.source, called.layer
    if not is_torch_recurrent(layer) or not isinstance(source, Tensor) or len(source.axes) != 3:
        return None
    batch_first = as_bool(layer.argument("batch_first"))
    if batch_first is None:
        return None
    bare = Reading(called, source, batch_first, (), ())
    against, agreeing = list(uses.against(bare.view, facts)), list(uses.agreeing(bare.view, facts))
    turned = bare.turned
    if turned is not None:
        support = Support(turned.place, "exchanges the first two axes", Strength.STRUCTURE, TURNED)
        (against if batch_first else agreeing).append(support)
    return Reading(called, source, batch_first, _ordered(against), _ordered(agreeing))


def _ordered(supports: list[Support]) -> tuple[Support, ...]:
    """The strongest first, each place once; two names that agree weigh as much as the structure of the code."""
    named = [support for support in supports if support.kind == NAME]
    roles = {support.text for support in named}
    if len(roles) > 1:
        raised = [Support(s.place, s.text, Strength.STRUCTURE, NAME) if s.kind == NAME else s for s in supports]
        supports = raised
    ranked = sorted(supports, key=lambda support: -support.strength)
    return tuple({(support.place, support.text): support for support in reversed(ranked)}.values())[::-1]


def strongest(supports: tuple[Support, ...]) -> int:
    """The weight of the heaviest support, 0 where there is none."""
    return max((int(support.strength) for support in supports), default=0)


def layer_is_wrong(reading: Reading) -> bool:
    """True where the layer's layout is outweighed, and not merely contradicted by a single use of its result.

    Without batch_first, one use suffices if nothing agrees with the layer: nobody chose that layout. A written
    batch_first=True was chosen; against it stand a fact, or two different kinds of evidence.
    """
    if reading.source.axes[0].is_single or (reading.batch_first and reading.source.axes[1].is_single):
        return False
    against, agreeing = strongest(reading.against), strongest(reading.agreeing)
    if not reading.against or against <= agreeing:
        return False
    if not reading.batch_first:
        return True
    return against == Strength.FACT or len({support.kind for support in reading.against}) > 1


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
        for claim in facts.claims(axis):
            if claim.role is role and self._counts(claim, view):
                yield _of_claim(claim)
        pair = {view.batch.id, view.time.id}
        if view.batch.is_single or view.time.is_single:
            return
        for use in self._by_axis.get(axis.id, []):
            if use.role is role and pair <= use.others and compatible(use.event.path, view.path):
                yield use.support

    def _counts(self, claim: Claim, view: View) -> bool:
        if not compatible(claim.path, view.path):
            return False
        if view.batch.is_single or view.time.is_single:
            return claim.kind in _DATA
        if claim.kind == "loss":
            return self._sees_both(claim, view)
        if claim.layer is None:
            return True
        other = self._layers.get(claim.layer)
        layout = None if other is None else as_bool(other.argument("batch_first"))
        return layout is not None and layout != view.batch_first

    def _sees_both(self, claim: Claim, view: View) -> bool:
        """True for a loss on both axes; one that sees a selection takes for batch whatever the selection left."""
        pair = {view.batch.id, view.time.id}
        return any(
            place == claim.place and isinstance(prediction, Tensor) and pair <= {axis.id for axis in prediction.axes}
            for place, prediction in self._losses
        )


@lru_cache(maxsize=4)
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
        if selected.last and not selected.axis.is_single and not _has_stack(selected.source):
            text = f"takes the last entry along axis {selected.position}, as of time"
            yield _use(selected, selected.axis, Role.TIME, selected.source, Strength.STRUCTURE, text, LAST)
    for reduced in facts.events(Reduced):
        if reduced.how in _ALONG_TIME and not reduced.axis.is_single and not _has_stack(reduced.source):
            text = f"takes the {reduced.how} along axis {reduced.position}, as over time"
            strength = _weight_of_reduction(reduced)
            yield _use(reduced, reduced.axis, Role.TIME, reduced.source, strength, text, "reduced")
    read = {_identities(call.source) for call in facts.events(Called) if call.layer.spec.family == "linear"}
    for reshaped in facts.events(Reshaped):
        if _identities(reshaped.result) in read:
            yield from _flattened_behind_batch(reshaped)


def _identities(value: Value) -> tuple[int, ...]:
    return tuple(axis.id for axis in value.axes) if isinstance(value, Tensor) else ()


def _use(event: Event, axis: Axis, role: Role, source: Tensor, strength: Strength, text: str, kind: str) -> _Use:
    support = Support(event.place, text, strength, kind, event)
    return _Use(axis.id, role, frozenset(a.id for a in source.axes), event, support)


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


SHOWN = 4
"""Pieces of evidence shown with a finding."""


def reasons(reading: Reading) -> tuple[Evidence, ...]:
    """What a finding about a layer's layout shows: the reading itself, then what contradicts it."""
    order = "(batch, time, feature)" if reading.batch_first else "(time, batch, feature)"
    text = f"reads its input as {order}: {'batch_first=True' if reading.batch_first else 'no batch_first'}"
    own = Evidence(reading.called.place, text)
    return (own, *(Evidence(support.place, support.text) for support in reading.against[:SHOWN]))


def sureness(readings: list[Reading]) -> Confidence:
    """Certain where a fact of the framework, or two kinds of evidence, stand against a layer."""
    against = [support for reading in readings for support in reading.against]
    strong = {support.kind for support in against if support.strength >= Strength.STRUCTURE}
    if any(support.strength is Strength.FACT for support in against) or len(strong) > 1:
        return Confidence.CERTAIN
    return Confidence.LIKELY


def mentioned(facts: Facts) -> Iterator[Tensor]:
    """The tensors that went into layers, joins and losses, or came out of a module."""
    for called in facts.events(Called):
        yield from _tensors(called.source)
    for joined in facts.events(Joined):
        for part in joined.parts:
            yield from _tensors(part)
    for taken in facts.events(LossTaken):
        yield from _tensors(taken.prediction)
    for returned in facts.events(Returned):
        yield from _tensors(returned.value)


def _tensors(value: Value) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Tuple):
        for item in value.items:
            yield from _tensors(item)


def flag_place(layer: Layer, name: str) -> Place:
    """Where a layer's flag was written, if that is another place than the layer's construction; else that."""
    flag = dict(layer.arguments).get(name)
    if isinstance(flag, Const) and flag.place is not None:
        written, built = flag.place.span, layer.place.span
        inside = (built.line, built.column) <= (written.line, written.column) <= (built.end_line, built.end_column)
        if written.path != built.path or not inside:
            return flag.place
    return layer.place


def same_axes(one: Value, other: Value) -> bool:
    """True for two tensors of the same axes in the same order."""
    return isinstance(one, Tensor) and isinstance(other, Tensor) and _identities(one) == _identities(other)
