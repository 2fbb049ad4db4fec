"""Who is in the minority where a layer's layout and what else is known of its data disagree.

A torch layer reads axis 0 and axis 1 of its input by its `batch_first`. What else says which of the two is batch and
which is time is collected in `uses`. Where the two sides disagree, the weaker one is at fault: the layer, or the single
place that contradicts it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import field
from functools import lru_cache

from lstmlint.catalogue.torch_recurrent import RECURRENT_FAMILIES
from lstmlint.checks.channels import unturned_convolution
from lstmlint.checks.facts import Facts
from lstmlint.checks.packing import is_laid_out_anew, note_of_padding
from lstmlint.checks.uses import NAME, TURNED, Support, Uses, View, identities, uses_of
from lstmlint.events import Built, Called, Joined, LossTaken, PaddedBack, Returned
from lstmlint.findings import Confidence, Evidence
from lstmlint.lean import dataclass
from lstmlint.source import Place
from lstmlint.values import Axis, Const, Layer, Note, Strength, Tensor, Tuple, Value, as_bool


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


@lru_cache(maxsize=1)
def layouts(facts: Facts) -> Layouts:
    """Weighs all readings of a run."""
    found = Layouts()
    uses = uses_of(facts)
    anew = {padded.place for padded in facts.events(PaddedBack) if is_laid_out_anew(padded, facts)}
    seen: Counter[Place] = Counter()
    for called in facts.events(Called):
        seen[called.place] += 1
        reading = _reading(called, facts, uses) if seen[called.place] <= CALLS else None
        if reading is not None and not _comes_from(reading.source, anew):
            found.readings.append(reading)
            if layer_is_wrong(reading):
                found.blame(reading)
    return found


def chosen(facts: Facts) -> Iterator[Reading]:
    """The readings of layers whose layout somebody chose and that are not at fault."""
    found = layouts(facts)
    for reading in found.readings:
        agreed = reading.batch_first or strongest(reading.agreeing) >= Strength.STRUCTURE
        is_single = reading.batch.is_single or reading.time.is_single
        if agreed and not is_single and not found.is_at_fault(reading.layer):
            yield reading


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
    if batch_first is None or unturned_convolution(called, facts) is not None:
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


CALLS = 60
"""Calls from one place that are weighed. Functions that call each other run it thousands of times, with no news."""
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
    """Where a layer's flag was written, if that is another place than the layer's construction.

    Else the construction, or for a flag left out of a `functools.partial` that names the class, that call.
    """
    flag = dict(layer.arguments).get(name)
    written = flag.place if isinstance(flag, Const) else layer.written
    return layer.place if written is None or is_inside(written, layer.place) else written


def is_inside(inner: Place, outer: Place) -> bool:
    """True where one place lies within another."""
    one, other = inner.span, outer.span
    within = (other.line, other.column) <= (one.line, one.column) <= (other.end_line, other.end_column)
    return one.path == other.path and within


def same_axes(one: Value, other: Value) -> bool:
    """True for two tensors of the same axes in the same order."""
    return isinstance(one, Tensor) and isinstance(other, Tensor) and identities(one) == identities(other)
