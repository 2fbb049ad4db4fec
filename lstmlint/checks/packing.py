"""Packing and padding back: which pad_packed_sequence belongs to which pack_padded_sequence.

A PackedSequence keeps the two axes it was packed from, so the two calls meet in its batch axis, however far apart they
stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lstmlint.checks.facts import Facts
from lstmlint.events import PackedUp, PaddedBack
from lstmlint.interpret.ops.trail import PADDED
from lstmlint.values import Axis, Note, Tensor, compatible


def packed_by(padded: PaddedBack, facts: Facts) -> PackedUp | None:
    """The call that packed what is padded back, where it is in sight."""
    return next((packed for packed in facts.events(PackedUp) if _belong_together(packed, padded)), None)


def padded_back_from(packed: PackedUp, facts: Facts) -> Iterator[PaddedBack]:
    """The calls that pad back what was packed here."""
    return (padded for padded in facts.events(PaddedBack) if _belong_together(packed, padded))


def _belong_together(packed: PackedUp, padded: PaddedBack) -> bool:
    return packed.result.batch.id == padded.packed.batch.id and compatible(packed.path, padded.path)


def note_of_padding(tensor: Tensor) -> Note | None:
    """Where a tensor was padded back, if it comes from there."""
    return tensor.noted(PADDED)


def padded_back_anew(axes: Sequence[Axis], facts: Facts) -> PaddedBack | None:
    """What padded two axes back in another layout than they were packed from."""
    own = {axis.id for axis in axes}
    found = (padded for padded in facts.events(PaddedBack) if own == {padded.packed.batch.id, padded.packed.time.id})
    return next((padded for padded in found if is_laid_out_anew(padded, facts)), None)


def is_laid_out_anew(padded: PaddedBack, facts: Facts) -> bool:
    """True where data is padded back in another layout than it was packed from."""
    packed = packed_by(padded, facts)
    return packed is not None and packed.batch_first is not None and packed.batch_first != padded.batch_first
