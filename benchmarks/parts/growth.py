"""Generated worst cases: how the cost grows with the size, and where the bound on steps ends it."""

from __future__ import annotations

import gc
import math
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generate import SHAPES, Shape, importing
from benchmarks.measure import apart
from benchmarks.rows import Row, seconds
from benchmarks.setup import Setup

GOAL = 1.25
"""The exponent of the cost as a power of the size; 1 is linear, and 2 quadratic."""
IMPORTING = (4, 8, 16, 32)
"""Files of which each imports the one before it."""


@dataclass(frozen=True)
class Sample:
    """One size of a shape."""

    size: int
    processor: float
    """Seconds."""
    steps: int
    is_cut: bool
    """True where the bound on steps ended the interpretation."""


def measure(setup: Setup) -> Iterator[Row]:
    """A row for each shape: how it grows up to the bound, and what the largest size costs."""
    for shape in SHAPES:
        sizes = shape.sizes[:-1] if setup.is_quick else shape.sizes
        yield _row(shape.name, apart(samples, shape, sizes))
    yield _row("files that import each other", apart(importing_samples, IMPORTING))


def samples(shape: Shape, sizes: Sequence[int]) -> list[Sample]:
    """What the sizes of a shape cost; each is interpreted twice, and the cheaper time counts.

    No cyclic garbage is looked for, as in a run over one file: what it costs depends on all that was made before.
    """
    gc.disable()
    _interpret({"file0.py": shape.text(sizes[0])})
    return [min((_sample(shape, size) for _ in range(2)), key=lambda sample: sample.processor) for size in sizes]


def importing_samples(sizes: Sequence[int]) -> list[Sample]:
    """What a run costs over so many files that import each other."""
    found = []
    for size in (sizes[0], *sizes):
        files = {f"file{number}.py": importing(number) for number in range(size)}
        begun = time.process_time()
        steps, is_cut = _interpret(files)
        found.append(Sample(size, time.process_time() - begun, steps, is_cut))
    return found[1:]


def _sample(shape: Shape, size: int) -> Sample:
    files = {"file0.py": shape.text(size)}
    begun = time.process_time()
    steps, is_cut = _interpret(files)
    return Sample(size, time.process_time() - begun, steps, is_cut)


def _interpret(files: dict[str, str]) -> tuple[int, bool]:
    """Interprets the files of a folder one by one; the steps of all, and whether the bound ended a part of one."""
    from lstmlint.interpret.linted import parts_of
    from lstmlint.interpret.program import settle
    from lstmlint.interpret.run import STEPS
    from lstmlint.names.project import Project
    from lstmlint.source import SourceFile
    from lstmlint.syntax.outline import Outline, outline

    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        project, steps = Project((Path(folder),)), []
        for name, text in files.items():
            source = SourceFile(str(Path(folder, name)), text)
            found = outline(source)
            assert isinstance(found, Outline)
            steps += [settle(part, project).steps for part in parts_of(source, found, project)]
    return sum(steps), any(each > STEPS for each in steps)


def exponent(found: Sequence[Sample]) -> float | None:
    """How the cost grows over the last two doublings before the bound; None where too few are left."""
    whole = [sample for sample in found if not sample.is_cut][-3:]
    if len(whole) < 2:
        return None
    first, last = whole[0], whole[-1]
    return math.log(last.processor / first.processor) / math.log(last.size / first.size)


def _row(name: str, found: Sequence[Sample]) -> Row:
    last = found[-1]
    cut = next((f"; cut from {sample.size} on" for sample in found if sample.is_cut), "")
    return Row("Growth", f"{name}, {last.size:,}", seconds(last.processor), f"{last.steps:,} steps{cut}",
               exponent(found), GOAL)  # fmt: skip
