"""`output[:, -1]` behind pad_packed_sequence: the padding of every sequence but the longest.

The last step of a sequence stands at its own length, and h_n holds it already.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.facts import Facts
from lstmlint.checks.packing import note_of_padding, packed_by
from lstmlint.checks.torch_pack_mismatch import contradicting
from lstmlint.events import PackedUp, PaddedBack, Selected
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.ops.trail import UNIFORM
from lstmlint.interpret.wording import callee_text, shortened
from lstmlint.values import ListRef, Tensor, as_int, as_size, compatible
from lstmlint.world import World


@check("torch-padded-last-step", on=Selected)
def last_step_of_padded_output(selected: Selected, facts: Facts) -> Iterator[Finding]:
    """The last entry along time of an output that was padded back, for several sequences at once."""
    if not selected.last:
        return
    padded = _padded_back(selected, facts)
    if padded is None or not _is_along_time(selected, padded):
        return
    packed = packed_by(padded, facts)
    if packed is None or contradicting(packed, facts) or _are_equally_long(packed, facts.world):
        return
    yield Finding(
        selected.place,
        f"`{shortened(selected.place.text)}` is padding for every sequence that is shorter than the longest",
        because=(
            Evidence(packed.place, f"`{callee_text(packed.place)}` packs each sequence up to its own length"),
            Evidence(padded.place, f"`{callee_text(padded.place)}` fills up what is behind it"),
        ),
        cure="take the final state, `h_n[-1]`, or the step at each sequence's own length less one",
        confidence=Confidence.LIKELY,
    )


def _are_equally_long(packed: PackedUp, world: World) -> bool:
    """True where the lengths are one and the same number: nothing is padded."""
    if isinstance(packed.lengths, Tensor):
        return packed.lengths.noted(UNIFORM) is not None
    if not isinstance(packed.lengths, ListRef):
        return False
    sizes = {as_size(item) for item in world.items(packed.lengths)}
    return sizes == {packed.result.time.size} or (len(sizes) == 1 and _are_numbers(packed.lengths, world))


def _are_numbers(lengths: ListRef, world: World) -> bool:
    """True for a list that is written out."""
    return not world.is_open(lengths) and all(as_int(item) is not None for item in world.items(lengths))


def _padded_back(selected: Selected, facts: Facts) -> PaddedBack | None:
    """Where the selection's source was padded back, on the same way through the program."""
    note = note_of_padding(selected.source)
    if note is None:
        return None
    return next(
        (
            padded
            for padded in facts.events(PaddedBack)
            if padded.place == note.place
            and compatible(padded.path, selected.path)
            and any(axis.id == padded.packed.time.id for axis in selected.source.axes)
        ),
        None,
    )


def _is_along_time(selected: Selected, padded: PaddedBack) -> bool:
    """True where the whole time axis of several sequences is there: it was neither cut nor turned round."""
    time, batch = padded.packed.time, padded.packed.batch
    axes = {axis.id for axis in selected.source.axes}
    return selected.axis == time and batch.id in axes and not batch.is_single and not time.is_single
