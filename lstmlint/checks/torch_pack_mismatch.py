"""pack_padded_sequence or pad_packed_sequence with another batch_first than the data has, or than what follows reads.

Each of them has a batch_first of its own, False unless given; the layer's says nothing about packed data. Two flags
that differ are no mistake by themselves: one may well want time first behind the layer. What follows has to say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lstmlint.checks.evidence import is_torch_recurrent, strongest
from lstmlint.checks.facts import Facts
from lstmlint.checks.packing import note_of_padding, packed_by, padded_back_anew, padded_back_from
from lstmlint.checks.pairing import described, paired_otherwise
from lstmlint.checks.uses import LAYER, Support, View, uses_of
from lstmlint.events import Called, LossTaken, PackedGiven, PackedUp, PaddedBack, Reduced, Reshaped, Selected
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.wording import callee_text
from lstmlint.source import Place
from lstmlint.values import Layer, Strength, Tensor, as_bool, compatible

RULE = "torch-pack-mismatch"
SHOWN = 3
BEFORE = frozenset({"loader", "padding", "state"})
"""Kinds of claims that come from before a sequence was packed."""


@check(RULE, on=PackedUp)
def packed_along_the_wrong_axis(packed: PackedUp, facts: Facts) -> Iterator[Finding]:
    """The data that is packed has batch and time the other way round."""
    against = contradicting(packed, facts)
    if not against:
        return
    name = callee_text(packed.place)
    there = "batch" if packed.batch_first else "time"
    other = "time" if packed.batch_first else "batch"
    yield Finding(
        packed.place,
        f"`{name}` reads axis 0 as {there} ({_flag(packed.batch_first)}), but the data has {other} there",
        because=_shown(against),
        cure=_cure(packed.batch_first),
        confidence=Confidence.CERTAIN,
    )


def contradicting(packed: PackedUp, facts: Facts) -> list[Support]:
    """What says that a sequence is packed along the wrong axis: a fact, or two kinds of evidence, unopposed.

    A layer's batch_first=True has no effect on a packed sequence, but says what its author took the data for.
    """
    source = packed.source
    if not isinstance(source, Tensor) or len(source.axes) < 2 or packed.batch_first is None:
        return []
    own = {packed.place, *(padded.place for padded in padded_back_from(packed, facts))}
    view = View(packed.result.batch, packed.result.time, packed.batch_first, packed.path)
    against = [support for support in uses_of(facts).against(view, facts) if support.place not in own]
    agreeing = [support for support in uses_of(facts).agreeing(view, facts) if support.place not in own]
    weight = strongest(tuple(against))
    kinds = {support.kind for support in against if support.strength >= Strength.STRUCTURE}
    is_enough = weight == Strength.FACT or len(kinds) > 1 or (not agreeing and _is_meant_otherwise(packed, facts))
    return against if is_enough and weight > strongest(tuple(agreeing)) else []


def _is_meant_otherwise(packed: PackedUp, facts: Facts) -> bool:
    """True where a sequence was packed time first, and every layer that reads it was built with batch_first=True."""
    flags = {
        as_bool(called.layer.argument("batch_first"))
        for called in facts.events(Called)
        if called.source == packed.result and is_torch_recurrent(called.layer)
    }
    return flags == {True} and packed.batch_first is False


@check(RULE, on=PaddedBack)
def padded_back_the_other_way_round(padded: PaddedBack, facts: Facts) -> Iterator[Finding]:
    """What is done with the padded output makes sense in the layout that was packed, not in this one.

    What was packed out of a list had no layout; a padding back that says nothing of its own gives time first then, too.
    """
    packed = packed_by(padded, facts)
    if packed is None or packed.batch_first == padded.batch_first or contradicting(packed, facts):
        return
    if packed.batch_first is None and padded.batch_first:
        return
    against = [*_misread(padded, facts), *_misreading_layers(padded, facts), *_mispairing_losses(padded, facts)]
    if not against or _is_read_rightly(padded, facts):
        return
    sure = Confidence.CERTAIN if len({support.kind for support in against}) > 1 else Confidence.LIKELY
    is_odd = padded.batch_first is True and _is_meant_otherwise(packed, facts)
    yield (_packed_otherwise if is_odd else _padded_otherwise)(packed, padded, against, sure)


def _padded_otherwise(packed: PackedUp, padded: PaddedBack, against: list[Support], sure: Confidence) -> Finding:
    name = callee_text(padded.place)
    before = f"`{callee_text(packed.place)}` packed it from the other layout ({_flag(packed.batch_first)})"
    if packed.batch_first is None:
        before = f"`{callee_text(packed.place)}` packs a list of samples, which says nothing of a layout"
    return Finding(
        padded.place,
        f"`{name}` gives {_order(padded)} ({_flag(padded.batch_first)}), but what follows reads it the other way round",
        because=(Evidence(packed.place, before), *_shown(against)),
        cure=_cure(padded.batch_first),
        confidence=sure,
    )


def _packed_otherwise(packed: PackedUp, padded: PaddedBack, against: list[Support], sure: Confidence) -> Finding:
    """Of three flags this one is the odd one out: the layer and what pads back have the other."""
    name, behind = callee_text(packed.place), f"`{callee_text(padded.place)}` gives {_order(padded)}"
    return Finding(
        packed.place,
        f"`{name}` reads (time, batch, ...) ({_flag(packed.batch_first)}), the layer and what pads back batch-first",
        because=(Evidence(padded.place, f"{behind}, so what follows reads it the other way round"), *_shown(against)),
        cure=_cure(packed.batch_first),
        confidence=sure,
    )


def _order(padded: PaddedBack) -> str:
    return "(batch, time, ...)" if padded.batch_first else "(time, batch, ...)"


def _cure(batch_first: bool | None) -> str:
    return "leave out `batch_first=True`" if batch_first else "give it `batch_first=True`"


def _misread(padded: PaddedBack, facts: Facts) -> list[Support]:
    """Uses of the padded output that take its batch for time, or the reverse."""
    supports = uses_of(facts).against(_view(padded), facts)
    return [
        support
        for support in supports
        if support.strength >= Strength.STRUCTURE
        and support.kind not in (*BEFORE, LAYER)
        and _is_behind(support, padded)
    ]


def _is_read_rightly(padded: PaddedBack, facts: Facts) -> bool:
    """True where something behind also takes the axes for what they are: nobody knows which is meant."""
    return any(
        support.event is not None and _is_behind(support, padded)
        for support in uses_of(facts).agreeing(_view(padded), facts)
    )


def _view(padded: PaddedBack) -> View:
    return View(padded.packed.batch, padded.packed.time, padded.batch_first, padded.path)


def _is_behind(support: Support, padded: PaddedBack) -> bool:
    """True for a claim, and for a use of what was padded back there."""
    event = support.event
    if event is None:
        return True
    return isinstance(event, (Selected, Reduced, Reshaped)) and _comes_from(event.source, padded)


def _comes_from(source: Tensor, padded: PaddedBack) -> bool:
    note = note_of_padding(source)
    return note is not None and note.place == padded.place


def _misreading_layers(padded: PaddedBack, facts: Facts) -> Iterator[Support]:
    """Layers behind that read the padded output's axes in the other order."""
    batch, time = padded.packed.batch.id, padded.packed.time.id
    for called in facts.events(Called):
        source, batch_first = called.source, _layout(called.layer)
        if not isinstance(source, Tensor) or len(source.axes) != 3 or batch_first is None:
            continue
        order = [axis.id for axis in source.axes[:2]]
        wrong = [time, batch] if batch_first else [batch, time]
        if order == wrong and _comes_from(source, padded) and compatible(called.path, padded.path):
            text = f"`{callee_text(called.place)}` reads it as {'(batch, time)' if batch_first else '(time, batch)'}"
            yield Support(called.place, text, Strength.STRUCTURE, LAYER)


def _mispairing_losses(padded: PaddedBack, facts: Facts) -> Iterator[Support]:
    """Losses behind that pair the padded output off with a target in the layout that was packed."""
    for taken in facts.events(LossTaken):
        order = paired_otherwise(taken, facts)
        if order is not None and padded_back_anew(order.predicted, facts) is padded:
            name, wanted = callee_text(taken.place), described(order.wanted, facts)
            text = f"`{name}` pairs it off with a target in the order {wanted}"
            yield Support(taken.place, text, Strength.STRUCTURE, "loss")


def _layout(layer: Layer) -> bool | None:
    """The layout that a layer reads by, None for a layer without one."""
    if is_torch_recurrent(layer) or layer.spec.takes("batch_first"):
        return as_bool(layer.argument("batch_first"))
    return None


def _flag(batch_first: bool | None) -> str:
    return "batch_first=True" if batch_first else "without batch_first"


def _shown(against: Iterable[Support]) -> tuple[Evidence, ...]:
    found: dict[tuple[Place, str], Evidence] = {}
    for support in sorted(against, key=lambda support: -support.strength):
        found.setdefault((support.place, support.text), Evidence(support.place, support.text))
    return tuple(found.values())[:SHOWN]


@check(RULE, on=PackedGiven)
def packed_given_to_a_layer(given: PackedGiven, facts: Facts) -> Iterator[Finding]:
    """`self.fc(output)`, where the output of a layer that read packed data is packed itself."""
    if any(called.place == given.place and is_torch_recurrent(called.layer) for called in facts.events(Called)):
        return  # one of several layers is called there
    name = callee_text(given.place)
    packings = (event for event in facts.events(PackedUp) if event.result.batch.id == given.packed.batch.id)
    yield Finding(
        given.place,
        f"`{name}` gets a PackedSequence and takes a tensor only: this raises",
        because=tuple(Evidence(event.place, "packs it, and recurrent layers keep it packed") for event in packings)[:1],
        cure=f"pad it back before `{name}`: `output, lengths = pad_packed_sequence(...)`",
        confidence=Confidence.CERTAIN,
    )
