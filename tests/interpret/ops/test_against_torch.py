"""What operations claim of a tensor's axes, real torch must give, over random chains of them.

The entries of the real tensor say where in the source they stood, so that moving along an axis of the result shows
which of the source's axes it really runs over: that is held against the identities the model claims. Whether a view
mixes entries is asked of the data too: it does where the source's coordinates are no sums of one term per axis.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import prod
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lstmlint.events import Reshaped
from lstmlint.interpret.ops.matching import atoms_of
from lstmlint.values import Axis, ListRef, Tensor, Tuple, Value
from tests.interpret.held import evaluated
from tests.interpret.ops.bench import Bench
from tests.interpret.ops.chains import LARGEST, Step, Subject, draw_step

EXAMPLES = 300
LONGEST = 6
PRIMES = (2, 3, 5, 7, 11)
MOST_UNKNOWN = 0.1
MOST_LOST = 0.1

seen: Counter[str] = Counter()


def applied(bench: Bench, model: Tensor, step: Step) -> Value:
    """What the model's operation makes of the tensor."""
    if step.name == "[]":
        return bench.item(model, *step.arguments)
    arguments = step.arguments if step.inside else (model, *step.arguments)
    return bench.call(step.name, *arguments, **dict(step.keywords))


def coordinates(tensor: torch.Tensor, shape: Sequence[int]) -> list[torch.Tensor]:
    """Where in a source of this shape each entry stood, axis by axis."""
    left = tensor.long()
    found = []
    for whole in reversed(shape):
        found.append(left % whole)
        left = left // whole
    return found[::-1]


def numbered(shape: Sequence[int]) -> torch.Tensor:
    """A tensor whose entries are their own places."""
    return torch.arange(prod(shape)).reshape(tuple(shape))


def varies(values: torch.Tensor, axis: int) -> bool:
    """True where moving along an axis changes the values somewhere."""
    return bool((values != values.narrow(axis, 0, 1)).any())


def mixes(result: torch.Tensor, shape: Sequence[int]) -> bool:
    """True where a coordinate of the source is no sum of one term for each axis of the result."""
    for values in coordinates(result, shape):
        origin = values[(0,) * values.dim()]
        terms = torch.zeros_like(values) + origin
        for axis in range(values.dim()):
            row = values[tuple(slice(None) if a == axis else 0 for a in range(values.dim()))] - origin
            terms = terms + row.reshape([-1 if a == axis else 1 for a in range(values.dim())])
        if bool((terms != values).any()):
            return True
    return False


class Chain:
    """A model's tensor and the real one, with the source that the real entries tell of."""

    def __init__(self, shape: Sequence[int], known: bool) -> None:
        self.bench = Bench()
        self.known = known
        self.model = self.bench.tensor(*(whole if known else None for whole in shape))
        self.sizes = {axis.id: whole for axis, whole in zip(self.model.axes, shape, strict=True)}
        self.real = numbered(shape)
        self.source = self.model.axes
        self.shape = tuple(shape)
        self.done: list[str] = []

    def __repr__(self) -> str:
        return f"{self.shape} -> {' -> '.join(self.done)}"

    def take(self, step: Step) -> bool:
        """One step of both; False where the chain ends here."""
        self.done.append(f"{step.name}{step.arguments}")
        before = self.model
        claimed, real = applied(self.bench, before, step), step.real(self.real)
        seen["results"] += 1
        if step.views:
            self.hold_scrambling(before, tuple(real.shape), step.whole)
        return self.hold(claimed, real, step.fresh)

    def hold_scrambling(self, before: Tensor, after: tuple[int, ...], whole: bool) -> None:
        """A reshape is told to scramble where entries of the axes that the source was merged from are mixed."""
        told = self.bench.events(Reshaped)[-1].scrambled
        shape = [self.size(atom) for axis in before.axes for atom in atoms_of(axis)]
        known = [whole for whole in shape if whole is not None]
        if len(known) == len(shape):
            mixed = mixes(numbered(known).reshape(after), known)
            assert mixed or not told, self
            assert told or not mixed or not whole or not self.known, self
        seen["scrambled"] += told

    def hold(self, claimed: Value, real: Any, fresh: bool) -> bool:
        """Holds a result against the real one and goes on with it (with the first of several)."""
        if isinstance(claimed, ListRef):
            several = self.bench.world.is_open(claimed) and not isinstance(real, torch.Tensor)
            claimed = Tuple(self.bench.world.items(claimed) * (len(real) if several else 1))
        if isinstance(claimed, Tuple):
            assert not isinstance(real, torch.Tensor) and len(claimed.items) == len(real), self
            if self.known:
                for item, tensor in zip(claimed.items, real, strict=True):
                    self.hold_sizes(item, tensor)
            return self.hold(claimed.items[0], real[0], fresh)
        if not isinstance(claimed, Tensor):
            seen["unknown"] += 1
            return False
        assert isinstance(real, torch.Tensor), self
        if not real.numel() and not self.known:
            return False
        self.hold_sizes(claimed, real)
        self.model, self.real = claimed, real
        if fresh:
            self.shape, self.source, self.real = tuple(real.shape), claimed.axes, numbered(real.shape)
        elif real.numel():
            self.hold_identities()
        return self.goes_on

    def hold_sizes(self, claimed: Value, real: torch.Tensor) -> None:
        """Every known size is the real one."""
        if not isinstance(claimed, Tensor):
            return
        assert len(claimed.axes) == real.dim(), f"{self}: rank {len(claimed.axes)}, not {real.dim()}"
        for axis, whole in zip(claimed.axes, real.shape, strict=True):
            seen["axes"] += 1
            seen["unknown axes"] += self.size(axis) is None
            assert self.size(axis) in (None, whole), f"{self}: {claimed.axes} is {tuple(real.shape)}"

    def size(self, axis: Axis) -> int | None:
        """The size that the model says, with the sizes of the first tensor filled in."""
        return evaluated(axis.size, self.sizes)

    @property
    def goes_on(self) -> bool:
        """False where the tensor is empty, large, or has an axis of size 1 that the model cannot know of."""
        pairs = zip(self.model.axes, self.real.shape, strict=True)
        hidden = any(whole == 1 and not axis.is_single for axis, whole in pairs)
        return not hidden and 0 < self.real.dim() < 7 and 0 < self.real.numel() <= LARGEST

    def places(self, axis: Axis) -> set[int] | None:
        """The source axes that an axis is said to run over; None where nothing is said."""
        found: set[int] = set()
        for atom in [axis] if not axis.parts else atoms_of(axis):
            own = {
                place
                for place, source in enumerate(self.source)
                if atom.id in {source.id, *(part.id for part in atoms_of(source))}
            }
            if not own:
                return None
            found |= own
        return found

    def hold_identities(self) -> None:
        """An axis runs over no other of the source's axes than it says, and says so where it runs over a whole one."""
        moving = coordinates(self.real, self.shape)
        for number, axis in enumerate(self.model.axes):
            if self.real.shape[number] < 2:
                continue
            really = {place for place, values in enumerate(moving) if varies(values, number)}
            said = self.places(axis)
            assert said is None or really <= said, f"{self}: axis {number} runs over {really}, not {said}"
            if len(really) == 1 and self.is_whole(moving[min(really)], number, self.shape[min(really)]):
                seen["whole"] += 1
                seen["lost"] += said is None

    def is_whole(self, values: torch.Tensor, axis: int, whole: int) -> bool:
        """True where moving along an axis goes through a source axis entry by entry."""
        line = torch.arange(self.real.shape[axis]).reshape([-1 if a == axis else 1 for a in range(values.dim())])
        return self.real.shape[axis] == whole and bool((values == line).all())


def run(data: st.DataObject, known: bool) -> None:
    """One random chain, with the first tensor's sizes known to the model or not."""
    shape = data.draw(st.lists(st.sampled_from(PRIMES), min_size=1, max_size=4, unique=True))
    chain = Chain(shape, known)
    for _ in range(data.draw(st.integers(1, LONGEST))):
        subject = Subject(chain.bench, chain.model, tuple(chain.real.shape), known)
        if not chain.take(draw_step(data.draw, subject)):
            break


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


fixed = settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


@fixed
@given(st.data())
def test_claims_hold_for_known_sizes(data: st.DataObject) -> None:
    run(data, known=True)


@fixed
@given(st.data())
def test_claims_hold_for_symbolic_sizes(data: st.DataObject) -> None:
    run(data, known=False)


def test_claims_are_made() -> None:
    """Runs behind the tests above, and counts what they saw: silence would pass there."""
    assert seen["results"] > 3 * EXAMPLES
    assert seen["scrambled"] > EXAMPLES // 20
    assert seen["unknown"] <= MOST_UNKNOWN * seen["results"]
    assert seen["unknown axes"] <= MOST_UNKNOWN * seen["axes"]
    assert seen["lost"] <= MOST_LOST * seen["whole"]
