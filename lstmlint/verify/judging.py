"""The words of a verdict, and how a finding's place is matched with the places that ran."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from lstmlint.findings import Diagnostic
from lstmlint.verify.contracts import MIXED, Call, Observation, Place, SeenLayer


class Verdict(Enum):
    """What running says of a finding."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    NOT_REACHED = "not reached"


@dataclass(frozen=True)
class Judged:
    """A finding with its verdict, why, and the model whose run decided."""

    diagnostic: Diagnostic
    verdict: Verdict
    reason: str
    model: str = ""


Judge = Callable[[Diagnostic, Observation], "tuple[Verdict, str] | None"]
"""Says what one observation means for a finding; None where it means nothing."""


def within(place: Place | None, diagnostic: Diagnostic, evidence: bool = False) -> bool:
    """True where a place overlaps the lines of a finding, or with `evidence` those of what speaks for it."""
    if place is None:
        return False
    spans = [diagnostic.span, *(reason.span for reason in diagnostic.because if evidence)]
    last = max(place.end_line, place.line)
    return any(
        place.line <= span.end_line
        and span.line <= last
        and _absolute(span.path) == place.file
        and _columns(place, span)
        for span in spans
    )


@lru_cache(maxsize=256)
def _absolute(path: str) -> str:
    return os.path.abspath(path)


def _columns(place: Place, span: object) -> bool:
    """True where two places of one line overlap in columns, too, as far as the columns are known."""
    line, column = getattr(span, "line", 0), getattr(span, "column", 0)
    one_line = place.line == place.end_line == line == getattr(span, "end_line", 0)
    if not one_line or not place.column or not column:
        return True
    return place.column < getattr(span, "end_column", 0) and column < place.end_column


def calls_at(diagnostic: Diagnostic, observation: Observation) -> list[Call]:
    """The calls that were made at a finding's place, or of a layer that was built there."""
    return [call for call in observation.calls if within(call.place, diagnostic) or within(call.built, diagnostic)]


def layers_at(diagnostic: Diagnostic, observation: Observation) -> list[SeenLayer]:
    """The recurrent layers that a finding is about: built or called at its place, or called where its evidence is."""
    own = [layer for layer in observation.layers if within(layer.built, diagnostic) or within(layer.called, diagnostic)]
    return own or [layer for layer in observation.layers if within(layer.called, diagnostic, evidence=True)]


def described(call: Call) -> str:
    """A call in words: what it was given, with the axis of the samples, and what came out."""
    given = ", ".join(_with_axis(seen.shape, seen.sample) for seen in call.inputs[:2])
    gave = ", ".join(_with_axis(seen.shape, seen.sample) for seen in call.outputs[:2])
    return f"`{call.name.strip('_')}` got {given or 'nothing'} and gave {gave}"


def _with_axis(shape: tuple[int, ...], sample: int) -> str:
    if sample >= 0:
        return f"{shape} with samples on axis {sample}"
    return f"{shape} with samples mixed" if sample == MIXED else str(shape)
