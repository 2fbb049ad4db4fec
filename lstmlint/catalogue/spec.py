"""The shape of the catalogue: what is known of a layer class of a framework, as data."""

from __future__ import annotations

from lstmlint.lean import dataclass
from lstmlint.values import Const, Value

REQUIRED = object()
"""Marks a parameter without a default."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a constructor: its name, default (REQUIRED: none), and what values it takes.

    `kind` is one of int, float, bool, str, any: what a caller is meant to give; used to see a value that landed in the
    wrong place.
    """

    name: str
    default: object = REQUIRED
    kind: str = "any"


@dataclass(frozen=True)
class LayerSpec:
    """A layer class: canonical path, family, parameters in order, and what else it accepts.

    `family` is what the interpreter goes by: lstm, gru, rnn, lstm_cell, gru_cell, rnn_cell, linear, embedding, conv1d,
    norm, dropout, activation, bidirectional, time_distributed, sequential, ...
    """

    path: str
    framework: str
    """torch or keras."""
    family: str
    parameters: tuple[Parameter, ...]
    keyword_only: tuple[Parameter, ...] = ()
    accepts: tuple[str, ...] = ()
    """Further keywords that are accepted silently (name, dtype, input_shape ...)."""
    formerly: tuple[str, ...] = ()
    """Keywords that Keras took before version 3, where they change what the layer does."""

    @property
    def name(self) -> str:
        """The last part of the path: LSTM."""
        return self.path.rpartition(".")[2]

    def default(self, name: str) -> Value | None:
        """The default of a parameter as a value, None where there is none."""
        for parameter in (*self.parameters, *self.keyword_only):
            if parameter.name == name:
                return None if parameter.default is REQUIRED else Const(parameter.default)
        return None

    def spelt(self, keyword: str) -> str | None:
        """The parameter that a keyword is, but for underscores, capitals and an s at the end; None for no such."""
        meant = _folded(keyword)
        return next((p.name for p in (*self.parameters, *self.keyword_only) if _folded(p.name) == meant), None)

    def takes(self, name: str) -> bool:
        """True where a keyword is accepted."""
        return name in self.accepts or any(p.name == name for p in (*self.parameters, *self.keyword_only))


def _folded(name: str) -> str:
    return name.replace("_", "").lower().rstrip("s")
