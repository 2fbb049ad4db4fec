"""Makes random torch modules, each statement run at once by real torch on a (3, 5, 7) input."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random
from types import SimpleNamespace

import torch
from torch import nn

from tests.interpret.generated import SIZES, Program

LIBRARIES = {"torch": torch, "nn": nn, "F": nn.functional}


@dataclass
class TorchProgram(Program):
    """What a module computes in `forward`."""

    imports = ("import torch", "import torch.nn as nn", "import torch.nn.functional as F")
    method = "forward"

    @staticmethod
    def begun(random: Random) -> TorchProgram:
        """A program that has its input only."""
        program = TorchProgram(random, True, {**LIBRARIES, "self": SimpleNamespace()})
        program.begin(torch.rand(SIZES))
        return program

    def asked_size(self, name: str, axis: int) -> tuple[str, ...]:
        """The ways to ask a tensor for a size."""
        return f"{name}.size({axis})", f"{name}.shape[{axis}]", f"{name}.size()[{axis}]"

    def made(self, rank: int, size: int) -> str:
        """A new tensor of a rank, made of the input, with at least so many entries on each axis but the batch."""
        if rank < 3:
            return self.add(("v0[0, 0, 0]", "v0[0, 0]", "v0[:, -1]")[rank])
        inner = tuple(size + number % 2 for number in range(rank - 2))
        wide = self.add(f"{self.layer(f'nn.Linear(7, {math.prod(inner)})')}(v0)")
        return self.add(f"{wide}.reshape({', '.join(map(str, (*self.shapes[wide][:2], *inner)))})")

    def layer(self, construction: str) -> str:
        """A layer's text at its call; mostly it was built in `__init__`."""
        return construction if self.chance(0.1) else self.bind("l", construction)

    def module(self, before: str, after: str, until: str | None = None) -> str:
        """The program as a module whose `forward` returns all its tensors."""
        return self.whole([*self.definition("Net", "nn.Module", before, self.returned(until), until), "", after])
