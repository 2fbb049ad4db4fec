"""Makes random small torch modules out of the operations and layers that the interpreter models.

Each step is drawn to fit the real tensor that the steps before it left, so every program runs. The sizes of the input
are different primes: an axis is known by its size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

SIZES = (3, 5, 7)
"""Of the input's three axes."""
LARGEST = 3_000
"""Elements beyond which a tensor is not grown further."""

Draw = Callable[[Any], Any]


@dataclass(repr=False)
class Program:
    """A module under construction, and the real tensors that its statements gave so far."""

    draw: Draw
    layers: list[str] = field(default_factory=list)
    body: list[str] = field(default_factory=list)
    tensors: list[torch.Tensor] = field(default_factory=list)
    scope: dict[str, Any] = field(default_factory=dict)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(self.text("Net()"))

    @property
    def last(self) -> str:
        """The name of the newest tensor."""
        return f"v{len(self.tensors) - 1}"

    @property
    def shape(self) -> tuple[int, ...]:
        """The newest tensor's real shape."""
        return tuple(self.tensors[-1].shape)

    def add(self, expression: str) -> None:
        """One more statement, run at once."""
        name = f"v{len(self.tensors)}"
        value = eval(expression, {"torch": torch, "nn": nn, "F": nn.functional, **self.scope})
        self.scope[name] = value
        self.tensors.append(value)
        self.body.append(f"{name} = {expression}")

    def layer(self, construction: str) -> str:
        """One more layer; gives the text that calls it."""
        name = f"l{len(self.layers)}"
        self.layers.append(f"self.{name} = {construction}")
        built = eval(construction, {"nn": nn})
        self.scope.setdefault("self", type("Layers", (), {}))
        setattr(self.scope["self"], name, built)
        return f"self.{name}"

    def axis(self, rank: int | None = None) -> int:
        """A random axis of the newest tensor, counted from either end."""
        rank = len(self.shape) if rank is None else rank
        return int(self.draw(st.integers(-rank, rank - 1)))

    def text(self, call: str) -> str:
        """The program's source; `call` is what stands behind the class."""
        lines = [
            "import torch",
            "import torch.nn as nn",
            "import torch.nn.functional as F",
            "",
            "class Net(nn.Module):",
        ]
        lines += [
            "    def __init__(self):",
            "        super().__init__()",
            *(f"        {line}" for line in self.layers),
            "",
        ]
        lines += ["    def forward(self, v0):", *(f"        {line}" for line in self.body)]
        returned = ", ".join(f"v{number}" for number in range(len(self.tensors)))
        return "\n".join([*lines, f"        return ({returned},)", "", call, ""])


def _reorder(program: Program) -> None:
    rank = len(program.shape)
    if rank < 2:
        return
    order = program.draw(st.permutations(range(rank)))
    one, other = program.axis(), program.axis()
    forms = [f"{program.last}.permute({', '.join(map(str, order))})", f"torch.permute({program.last}, {tuple(order)})"]
    forms += [f"{program.last}.transpose({one}, {other})", f"torch.transpose({program.last}, {one}, {other})"]
    forms += [f"{program.last}.mT", f"{program.last}.movedim({one}, {other})"]
    program.add(program.draw(st.sampled_from(forms)))


def _insert(program: Program) -> None:
    if len(program.shape) < 4:
        program.add(f"{program.last}.unsqueeze({program.axis(len(program.shape) + 1)})")


def _remove(program: Program) -> None:
    singles = [axis for axis, size in enumerate(program.shape) if size == 1]
    if singles and len(program.shape) > 1:
        program.add(f"{program.last}.squeeze({program.draw(st.sampled_from(singles))})")


def _merge(program: Program) -> None:
    if len(program.shape) < 2:
        return
    last = program.last
    forms = [f"{last}.reshape({last}.size(0), -1)", f"{last}.flatten(1)", f"{last}.reshape(-1, {last}.shape[-1])"]
    forms += [f"torch.flatten({last}, 0, 1)", f"{last}.contiguous().view({last}.shape[0] * {last}.shape[1], -1)"]
    program.add(program.draw(st.sampled_from(forms)))


def _split(program: Program) -> None:
    if program.shape and program.shape[-1] % 2 == 0 and len(program.shape) < 4:
        lead = "".join(f"{program.last}.size({axis}), " for axis in range(len(program.shape) - 1))
        program.add(f"{program.last}.reshape({lead}2, -1)")


def _select(program: Program) -> None:
    if not program.shape:
        return
    last, rank = program.last, len(program.shape)
    axis = program.draw(st.integers(0, rank - 1))
    lead = ":, " * axis
    forms = [f"{last}[{lead}-1]", f"{last}[{lead}0]", f"{last}.select({axis}, -1)", f"{last}[{lead}-1:]"]
    forms += [f"{last}[{lead}:1]", f"{last}[..., -1]", f"{last}[{lead}None]"]
    program.add(program.draw(st.sampled_from(forms)))


def _elementwise(program: Program) -> None:
    last = program.last
    forms = [
        f"torch.relu({last})",
        f"{last}.tanh()",
        f"F.dropout({last}, 0.1)",
        f"{last} * 2 + 1",
        f"{last}.clone().detach()",
    ]
    forms += [f"{last} + {last}", f"torch.sigmoid({last})", f"{last}.contiguous()", f"{last}.float()"]
    if program.shape:
        axis = program.axis()
        forms += [f"F.softmax({last}, dim={axis})", f"{last}.flip({axis})", f"{last}.cumsum({axis})"]
    program.add(program.draw(st.sampled_from(forms)))


def _reduce(program: Program) -> None:
    if not program.shape:
        return
    last, axis = program.last, program.axis()
    forms = [f"{last}.mean({axis})", f"{last}.sum(dim={axis}, keepdim=True)", f"{last}.max({axis})[0]"]
    forms += [f"torch.mean({last}, dim={axis})", f"{last}.max(dim={axis}).values", f"{last}.amax({axis})"]
    program.add(program.draw(st.sampled_from(forms)))


def _join(program: Program) -> None:
    if not program.shape or program.tensors[-1].numel() > LARGEST // 2:
        return
    last, axis = program.last, program.axis()
    forms = [f"torch.cat([{last}, {last}], {axis})", f"torch.cat(({last}, {last}), dim={axis})"]
    if len(program.shape) < 4:
        forms.append(f"torch.stack([{last}, {last}], dim={program.draw(st.integers(0, len(program.shape)))})")
    program.add(program.draw(st.sampled_from(forms)))


def _linear(program: Program) -> None:
    if program.shape:
        width = program.draw(st.sampled_from([4, 11]))
        call = program.layer(f"nn.Linear({program.shape[-1]}, {width})")
        program.add(f"{call}({program.last})")


def _normalise(program: Program) -> None:
    if program.shape:
        call = program.layer(
            program.draw(st.sampled_from([f"nn.LayerNorm({program.shape[-1]})", "nn.Dropout(0.1)", "nn.ReLU()"]))
        )
        program.add(f"{call}({program.last})")


def _convolve(program: Program) -> None:
    if len(program.shape) == 3:
        call = program.layer(f"nn.Conv1d({program.shape[1]}, 13, 3, padding=1)")
        program.add(f"{call}({program.last})")


def _recur(program: Program) -> None:
    if len(program.shape) not in (2, 3) or 0 in program.shape:
        return
    kind = program.draw(st.sampled_from(["LSTM", "GRU", "RNN"]))
    layers = program.draw(st.integers(1, 2))
    flags = f"batch_first={program.draw(st.booleans())}, bidirectional={program.draw(st.booleans())}"
    call = program.layer(f"nn.{kind}({program.shape[-1]}, {program.draw(st.sampled_from([4, 6]))}, {layers}, {flags})")
    result = f"{call}({program.last})"
    states = [f"{result}[1][0]", f"{result}[1][1]"] if kind == "LSTM" else [f"{result}[1]"]
    program.add(program.draw(st.sampled_from([f"{result}[0]", f"{result}[0]", *states])))


def _pack(program: Program) -> None:
    if len(program.shape) != 3 or 0 in program.shape:
        return
    first = program.draw(st.booleans())
    batch, steps = program.shape[:2] if first else (program.shape[1], program.shape[0])
    call = program.layer(f"nn.GRU({program.shape[-1]}, 4, bidirectional={program.draw(st.booleans())})")
    rnn = "nn.utils.rnn"
    packed = f"{rnn}.pack_padded_sequence({program.last}, torch.full(({batch},), {steps}), batch_first={first})"
    back = program.draw(st.booleans())
    program.add(f"{rnn}.pad_packed_sequence({call}({packed})[0], batch_first={back})[0]")


STEPS = (
    _reorder, _insert, _remove, _merge, _split, _select, _elementwise, _reduce, _join, _linear, _normalise, _convolve,
    _recur, _recur, _pack,
)  # fmt: skip


@st.composite
def programs(draw: Draw) -> Program:
    """Programs of one to seven steps on a (3, 5, 7) input."""
    program = Program(draw)
    start = torch.randn(*SIZES)
    program.tensors.append(start)
    program.scope["v0"] = start
    for step in draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=7)):
        with torch.no_grad():
            step(program)
    return program
