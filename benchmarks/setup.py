"""What the parts share: the inputs, the tools beside lstmlint, and how thoroughly to measure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from benchmarks.inputs import Inputs, fetched, generated
from benchmarks.tools import Tools, at_hand, installed

EVERY = 4
"""Every fourth of the files that build recurrent layers is enough to tell, and takes a fourth of the time."""


@dataclass(frozen=True)
class Setup:
    """How a benchmark is run."""

    is_quick: bool = False
    """Generated inputs only, and nothing from the network."""
    rounds: int = 5
    """Of these, the median counts."""

    @cached_property
    def inputs(self) -> Inputs:
        """The tree that is linted."""
        return generated() if self.is_quick else fetched()

    @cached_property
    def files(self) -> list[Path]:
        """Its files."""
        return self.inputs.files

    @cached_property
    def dense(self) -> list[Path]:
        """Files in it that build recurrent layers."""
        return self.inputs.dense[::EVERY]

    @cached_property
    def tools(self) -> Tools:
        """The other linters."""
        return at_hand() if self.is_quick else installed()
