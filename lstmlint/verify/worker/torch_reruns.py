"""A further run of a torch model held against the first, and what such runs have found."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lstmlint.verify.contracts import Place, Proof
from lstmlint.verify.worker.samples import Change
from lstmlint.verify.worker.torch_inputs import Input
from lstmlint.verify.worker.torch_recording import Record, Recorder
from lstmlint.verify.worker.torch_runs import Examination
from lstmlint.verify.worker.torch_samples import moved

torch: Any = importlib.import_module("torch")


@dataclass
class Findings:
    """What was found, by the number of the call or the name of the layer."""

    proofs: list[Proof] = field(default_factory=list)
    early: dict[int, list[tuple[bool, bool]]] = field(default_factory=dict)
    short: dict[int, list[bool]] = field(default_factory=dict)
    differing: set[int] = field(default_factory=set)
    dead: dict[str, list[str]] = field(default_factory=dict)


def rerun(examination: Examination, given: Input) -> tuple[Recorder, list[Any]]:
    """A run on another input, each call of it kept and held against the first run, and what came out."""
    recorder = Recorder(examination.base.records, change=Change(0, 1), keep=True)
    with torch.no_grad():
        outputs = examination.forward(given, recorder)
    return recorder, outputs


def pairs(examination: Examination, recorder: Recorder) -> Iterator[tuple[int, Record, list[Any]]]:
    """The calls of a run with their records and what came out, as far as the two runs go alike."""
    for number, (record, compared) in enumerate(zip(examination.base.records, recorder.compared, strict=False)):
        if not compared.raw:
            return
        yield number, record, compared.raw


def differ(before: list[Any], after: list[Any]) -> bool:
    """True where any of two lists of tensors differ, or cannot be compared."""
    if len(before) != len(after):
        return True
    for one, other in zip(before, after, strict=True):
        where = moved(one, other)
        if where is None or bool(where.any()):
            return True
    return False


def last_place(examination: Examination) -> Place | None:
    """The last place of the user\'s that the first run came to."""
    return next((record.place for record in reversed(examination.base.records) if record.place), None)
