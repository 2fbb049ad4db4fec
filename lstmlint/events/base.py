"""What every event has: its place, its path, and what was under way."""

from __future__ import annotations

from lstmlint.lean import dataclass
from lstmlint.source import Place
from lstmlint.values import ALWAYS, Path, Value


@dataclass(frozen=True)
class Round:
    """A round of a loop, or of a comprehension, that was under way."""

    loop: int
    """The loop, a new one each time that it starts."""
    number: int
    text: str
    """What it goes over, or the condition it goes on, as written."""
    source: Value | None
    """What it goes over: what wraps a loader (enumerate, zip) counts as the loader."""


@dataclass(frozen=True)
class Inside:
    """A call of a function of the program that was under way."""

    function: str
    receiver: Value | None
    """The object whose method it is."""
    is_module: bool
    """True where that object is a torch module."""
    path: Path
    under: tuple[str, ...]
    """The branches taken, and the conditions around the call in its caller."""
    place: Place | None = None
    given: tuple[Value, ...] = ()
    """Where it was called, and with what."""
    rounds: tuple[Round, ...] = ()
    """The loops that were under way in its callers."""
    is_layer: bool = False
    """True where that object is a Keras layer or model."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened at a place of the program, on the branches `path`."""

    place: Place
    path: Path = ALWAYS
    inside: tuple[Inside, ...] = ()
    """The calls under way, the outermost first."""
    under: tuple[str, ...] = ()
    """The conditions of the `if` statements around it in the innermost call, folded ones too."""
    rounds: tuple[Round, ...] = ()
    """The loops under way, in the callers too, the outermost first."""
    recorded: bool = True
    """False where torch was told not to record what is computed."""

    def during(self, *functions: str) -> tuple[Inside, ...]:
        """The calls from the innermost one of a torch module's method of some name on; empty where there is none."""
        return self._since(*(call.is_module and call.function in functions for call in self.inside))

    def during_call(self) -> tuple[Inside, ...]:
        """The calls from the innermost `call` of a Keras layer or model on; empty where there is none."""
        return self._since(*(call.is_layer and call.function == "call" for call in self.inside))

    def _since(self, *starts: bool) -> tuple[Inside, ...]:
        numbers = [number for number, is_start in enumerate(starts) if is_start]
        return self.inside[numbers[-1] :] if numbers else ()
