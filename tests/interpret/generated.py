"""A random program under construction, whichever framework runs it: what is drawn, run and written down.

Each statement is run at once, and drawn to fit the real tensors that those before it gave. The sizes of the input are
different primes: an axis is known by its size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, ClassVar

from tests.interpret.drawing import Shape, Statement, needed

SIZES: Shape = (3, 5, 7)
"""Of the input's three axes: batch, time, features."""
LARGEST = 4_000
"""Elements beyond which a tensor is not grown further."""


@dataclass
class Program:
    """A program under construction; `in_class`: it is what a class computes, and its layers are attributes."""

    imports: ClassVar[tuple[str, ...]] = ()
    method: ClassVar[str] = ""
    """The method in which a class computes."""

    random: Random
    in_class: bool
    scope: dict[str, Any] = field(default_factory=dict)
    prelude: list[str] = field(default_factory=list)
    """Classes and functions in front."""
    statements: list[Statement] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)
    """Of every tensor so far, by name."""
    last: str = "v0"
    named: int = 0
    """How many layers, models and functions have names."""

    def begin(self, start: Any) -> None:
        """Takes the input."""
        self.scope["v0"] = start
        self.shapes["v0"] = tuple(start.shape)

    # Drawing

    def choose(self, items: Sequence[Any]) -> Any:
        """One of some items."""
        return self.random.choice(items)

    def chance(self, share: float = 0.5) -> bool:
        """True as often as is said."""
        return self.random.random() < share

    def axis(self, rank: int, least: int = 0) -> int:
        """An axis, counted from either end."""
        number = self.random.randrange(least, rank)
        return number - rank if self.chance(0.4) else number

    def size(self, name: str, axis: int) -> str:
        """The size of an axis as a program would write it: the number, or asked of the tensor."""
        return str(self.choose((str(self.shapes[name][axis]), *self.asked_size(name, axis))))

    def asked_size(self, name: str, axis: int) -> tuple[str, ...]:
        """The ways to ask a tensor for a size."""
        return (f"{name}.shape[{axis}]",)

    def fitting(self, rank: int | None = None, least: int = 1, most: int = LARGEST) -> str:
        """A tensor of some rank with at least so many entries on each axis but the batch; made where there is none."""
        names = [
            name
            for name, shape in self.shapes.items()
            if len(shape) == (rank or max(len(shape), 1))
            and "float32" in str(self.scope[name].dtype)
            and None not in shape
            and all(size >= least for size in shape[1:])
            and 0 < math.prod(shape) <= most
            and len(shape) < 7
        ]
        if self.last in names:
            return self.last
        if names:
            return str(self.choose(names))
        return self.made(rank or 3, max(least, 2))

    def made(self, rank: int, size: int) -> str:
        """A new tensor of a rank, made of the input, with at least so many entries on each axis but the batch."""
        raise NotImplementedError

    # Writing

    def bind(self, letter: str, construction: str) -> str:
        """A new name for a layer, model or function, bound; an attribute in a class."""
        name = f"{letter}{self.named}"
        self.named += 1
        value = eval(construction, self.scope)
        if self.in_class:
            setattr(self.scope["self"], name, value)
            name = f"self.{name}"
        else:
            self.scope[name] = value
        self.statements.append(Statement(f"{name} = {construction}", (name,)))
        return name

    def do(self, statement: str, name: str) -> None:
        """A statement that changes what a name stands for."""
        exec(statement, self.scope)
        self.statements.append(Statement(statement, (name,)))

    def add(self, expression: str) -> str:
        """One more statement, run at once; gives the name of the (first) tensor that it makes."""
        return self.keep(eval(expression, self.scope), expression)

    def keep(self, value: Any, expression: str) -> str:
        """Writes the statement for what an expression gave, and keeps the tensors in it under names."""
        path = ""
        while isinstance(value, (list, tuple)) and self.chance(0.4):
            number = self.random.randrange(len(value))
            value, path = value[number], f"{path}[{number}]"
        if path and self.chance():
            whole = f"w{len(self.statements)}"
            self.statements.append(Statement(f"{whole} = {expression}", (whole,)))
            expression = whole
        names: list[str] = []
        targets = self._targets(value, names)
        self.statements.append(
            Statement(f"{targets} = {f'({expression}){path}' if path else expression}", tuple(names))
        )
        self.last = names[0]
        return names[0]

    def _targets(self, value: Any, names: list[str]) -> str:
        """What a value is assigned to, with a name for every tensor in it."""
        if isinstance(value, (list, tuple)):
            return "(" + "".join(f"{self._targets(item, names)}, " for item in value).rstrip() + ")"
        assert hasattr(value, "shape") and hasattr(value, "dtype"), value
        name = f"v{len(self.shapes)}"
        self.scope[name] = value
        self.shapes[name] = tuple(value.shape)
        names.append(name)
        return name

    # Text

    def body(self, until: str | None = None) -> list[str]:
        """The statements, or those that one tensor needs."""
        return [one.text for one in (self.statements if until is None else needed(self.statements, until))]

    def whole(self, lines: Sequence[str]) -> str:
        """The text of a program: what it imports, what stands in front, and these lines."""
        return "\n".join([*self.imports, *self.prelude, *lines, ""])

    def returned(self, until: str | None = None) -> str:
        """All tensors as a tuple, or one of them."""
        return until or f"({', '.join(self.shapes)},)"

    def definition(self, name: str, base: str, before: str, returned: str, until: str | None = None) -> list[str]:
        """A class that builds the layers and computes with them."""
        body = self.body(until)
        building = [line for line in body if line.startswith("self.")]
        computing = [line for line in body if not line.startswith("self.")]
        lines = [f"class {name}({base}):", "    def __init__(self):", "        super().__init__()"]
        lines += [f"        {line}" for line in building]
        lines += ["", f"    def {self.method}(self, v0):"]
        return lines + [f"        {line}" for line in ([before] if before else []) + [*computing, f"return {returned}"]]
