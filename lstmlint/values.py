"""What the interpreter knows of a value: tensors by their named axes, layers, states, containers, or nothing.

Values are immutable. Where Python has identity (lists, dictionaries, objects), a value holds an address and the
world holds what is stored there. `Unknown` has an identity too, its root: the same unknown thing asked twice for its
first axis gives the same axis.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any

from lstmlint.lean import dataclass
from lstmlint.sizes import AxisSize, Opaque, Presumed, Size
from lstmlint.source import Place

if TYPE_CHECKING:
    from lstmlint.catalogue.spec import LayerSpec


class Role(Enum):
    """What an axis runs over."""

    BATCH = "batch"
    TIME = "time"
    FEATURE = "feature"
    STACK = "layers x directions"
    LAYER = "layers"
    DIRECTION = "directions"


class Strength(IntEnum):
    """How much a claim weighs: a mere name, the structure of the code, a fact of the framework."""

    NAME = 1
    STRUCTURE = 2
    FACT = 3


Condition = Hashable
Path = frozenset[tuple[Condition, bool]]
"""The branches taken to reach a place: conditions that did not fold, with the way each went."""

ALWAYS: Path = frozenset()


def compatible(one: Path, other: Path) -> bool:
    """True where one run of the program can pass both: no condition goes two ways."""
    return not any((condition, not taken) in other for condition, taken in one)


def assumption(condition: Condition, taken: bool) -> tuple[Condition, bool]:
    """One entry of a path; a negated condition is the condition with the other answer."""
    while isinstance(condition, tuple) and len(condition) == 2 and condition[0] == "not":
        condition, taken = condition[1], not taken
    return condition, taken


@dataclass(frozen=True)
class Axis:
    """One dimension of a tensor. Its identity `id` survives transposing, slicing, layers, calls and containers."""

    id: int
    size: Size
    role: Role | None = None
    """The role it was made with (layers x directions of an h_n); other roles come from claims."""
    parts: tuple[Axis, ...] = ()
    """The axes it was merged from by a reshape, in row-major order."""
    directions: Place | None = None
    """Where the bidirectional layer was built whose two directions stand side by side on this feature axis."""

    @property
    def is_single(self) -> bool:
        """True where the axis is known to have one entry only: no order of data can go wrong along it."""
        return self.size.known == 1

    @staticmethod
    def unknown(id: int, role: Role | None = None) -> Axis:
        """An axis of which only the identity is known: its size is a symbol of its own."""
        return Axis(id, Size.symbol(AxisSize(id)), role)


@dataclass(frozen=True)
class Claim:
    """A place of the program takes an axis for something."""

    axis: int
    role: Role
    strength: Strength
    place: Place
    text: str
    """What is said to the user at the place, e.g. "reads axis 0 as time"."""
    layer: int | None = None
    """The identity of the recurrent layer that claims by its layout, if one does."""
    path: Path = ALWAYS
    kind: str = ""
    """What sort of place claims, where checks weigh it: loader | padding | loss | state | conv | cell ..."""


@dataclass(frozen=True)
class Note:
    """Something that happened to a tensor on its way, kept with it."""

    kind: str
    """transposed | last-step | sequence | padded | scrambled | from-numpy ..."""
    place: Place
    layer: Layer | None = None
    axis: int | None = None
    """The axis whose last position a tensor's only entry is (`last-position`); that was turned round (`backwards`)."""


class Value:
    """Base of all values."""

    __slots__ = ()


@dataclass(frozen=True)
class Unknown(Value):
    """A value of which nothing is known but its identity."""

    root: Hashable


@dataclass(frozen=True)
class Const(Value):
    """A constant of the source: number, string, bytes, bool, None or Ellipsis. `place` is where it was written."""

    value: Any
    place: Place | None = field(default=None, compare=False)
    assumed: bool = field(default=False, compare=False)
    """True where it is only a parameter's default, which a caller may override."""


@dataclass(frozen=True)
class Num(Value):
    """An integer that is not a plain constant: a symbolic size, or the size of an axis (`axis`), or both."""

    size: Size
    axis: int | None = None
    assumed: bool = field(default=False, compare=False)
    last_of: int | None = field(default=None, compare=False)
    """The axis whose size less one this is: its last position."""


@dataclass(frozen=True)
class Slice(Value):
    """`lower:upper:step` in a subscript."""

    lower: Value | None
    upper: Value | None
    step: Value | None


@dataclass(frozen=True)
class Tensor(Value):
    """A tensor or array of known rank, axes from the first to the last."""

    axes: tuple[Axis, ...]
    trail: tuple[Note, ...] = ()
    state: str | None = None
    """For the states of a recurrent layer: "h" or "c"; Keras directions: "forward h" ..."""

    def noted(self, kind: str) -> Note | None:
        """The newest note of a kind, if the tensor has one."""
        return next((note for note in reversed(self.trail) if note.kind == kind), None)


@dataclass(frozen=True)
class OpenTensor(Value):
    """A tensor of unknown rank: what `root` was, behind `head` and without its last `drop` axes, then `tail`."""

    root: Hashable
    head: tuple[Axis, ...] = ()
    drop: int = 0
    tail: tuple[Axis, ...] = ()


@dataclass(frozen=True)
class Packed(Value):
    """A torch PackedSequence: it knows its own layout, so a layer's batch_first says nothing about it."""

    batch: Axis
    time: Axis
    features: tuple[Axis, ...]
    trail: tuple[Note, ...] = ()
    of: OpenTensor | None = field(default=None, compare=False)
    """What was packed, where its rank was not known; a recurrent layer that reads it tells."""


@dataclass(frozen=True)
class Shape(Value):
    """`x.shape` or `x.size()` of a tensor (or of an unknown thing used as one)."""

    of: Value


@dataclass(frozen=True)
class Tuple(Value):
    """A tuple. `layer` and `part` tell where it is a recurrent layer's result ("result") or LSTM state ("state")."""

    items: tuple[Value, ...]
    layer: Layer | None = None
    part: str = ""
    names: tuple[str, ...] = field(default=(), compare=False)
    """The source text of each item where it was written as a display."""
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class ListRef(Value):
    """A list (or set, ModuleList, generator): `world.items(ref)` gives its items."""

    address: int


@dataclass(frozen=True)
class DictRef(Value):
    """A dictionary (or ModuleDict): `world.entries(ref)` gives its entries by key."""

    address: int


@dataclass(frozen=True)
class Layer(Value):
    """A layer of a framework, built: what the catalogue says of its class, and its arguments by name."""

    id: int
    spec: LayerSpec
    arguments: tuple[tuple[str, Value], ...]
    place: Place = field(compare=False)
    uncertain: bool = False
    """True where `*args` or `**kwargs` that do not fold may have set any argument."""
    inner: tuple[Value, ...] = ()
    """The layers it wraps (Bidirectional, TimeDistributed, RNN(cells), Sequential)."""
    path: Path = ALWAYS
    written: Place | None = field(default=None, compare=False)
    """Where its class was named, if that is another place than where it is built: `functools.partial(nn.GRU, ...)`."""

    def argument(self, name: str) -> Value | None:
        """The value given for a parameter, its default from the catalogue, or None where that is not known."""
        for given, value in self.arguments:
            if given == name:
                return value
        if self.uncertain:
            return None
        return self.spec.default(name)


@dataclass(frozen=True)
class External(Value):
    """A name of a library by its full, canonical dotted path: `torch.nn.LSTM`, `numpy.reshape`."""

    path: str


@dataclass(frozen=True)
class ProjectModule(Value):
    """A module of the linted project, by the path of its file; `name` is what the import called it."""

    path: str
    name: str
    importer: str = ""


@dataclass(frozen=True)
class Imported(Value):
    """A name imported from a module that may be a file of the project; nobody has looked yet."""

    module: str
    level: int
    name: str
    importer: str


@dataclass(frozen=True)
class Partial(Value):
    """`functools.partial(function, ...)` or a bound method of a library object."""

    function: Value
    args: tuple[Value, ...]
    kwargs: tuple[tuple[str, Value], ...]
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Method(Value):
    """A method of a value that is not an object of the linted program: `x.view`, `model.add`."""

    owner: Value
    name: str


@dataclass(frozen=True)
class OneOf(Value):
    """One of a few values, depending on branches that did not fold. Each comes with the branches that lead to it."""

    choices: tuple[tuple[Path, Value], ...]


@dataclass(frozen=True)
class Function(Value):
    """A function or lambda of the linted program; `key` finds its definition and closure in the interpreter."""

    key: int
    name: str


@dataclass(frozen=True)
class Class(Value):
    """A class of the linted program."""

    key: int
    name: str


@dataclass(frozen=True)
class Bound(Value):
    """A function of the linted program with its `self`."""

    function: Function
    owner: Value


@dataclass(frozen=True)
class Instance(Value):
    """An object of a class of the linted program; its attributes are in the world."""

    address: int
    cls: Class


@dataclass(frozen=True)
class Super(Value):
    """`super()` inside a method: attributes are looked up behind `after` in the owner's bases."""

    owner: Value
    after: Class


NONE = Const(None)
ANY = "?"
"""The attribute of an object that stands for all attributes set under a computed name."""


def as_size(value: Value | None) -> Size | None:
    """The size that an integer value is; None for anything else (bools are no sizes)."""
    if isinstance(value, Num):
        return value.size
    if isinstance(value, Const) and isinstance(value.value, int) and not isinstance(value.value, bool):
        return Size.of(value.value)
    if isinstance(value, Unknown):
        return Size.symbol(Presumed(value.root))
    if isinstance(value, External):
        return Size.symbol(Opaque(value.path))
    return None


def as_int(value: Value | None) -> int | None:
    """The number that a value is, where that is known."""
    size = None if isinstance(value, Unknown) else as_size(value)
    return None if size is None else size.known


def as_slice(cut: Slice) -> slice | None:
    """A slice with numbers for its bounds, for what has a length; None where one is not known, or the step is 0."""
    given = [None if bound is None or bound == NONE else bound for bound in (cut.lower, cut.upper, cut.step)]
    bounds = [as_int(bound) for bound in given]
    is_known = all(bound is not None for bound, part in zip(bounds, given, strict=True) if part is not None)
    return slice(*bounds) if is_known and bounds[2] != 0 else None


def as_bool(value: Value | None) -> bool | None:
    """True or False where a flag is known, else None."""
    if isinstance(value, Const) and isinstance(value.value, (bool, int)):
        return bool(value.value)
    return False if value == NONE else None


def is_assumed(value: Value | None) -> bool:
    """True for a constant or a size that is only a parameter's default, which a caller may override."""
    return isinstance(value, (Const, Num)) and value.assumed


def is_stated(value: Value | None, wanted: object) -> bool:
    """True where the source says that a value is `wanted`: known, and no mere default that a caller may override."""
    return value == Const(wanted) and not is_assumed(value)


def is_number(value: Value) -> bool:
    """True for a value that is one number, whichever, and no array."""
    if isinstance(value, OneOf):
        return all(is_number(choice) for _, choice in value.choices)
    if isinstance(value, Const):
        return isinstance(value.value, (int, float, complex))
    return isinstance(value, Num)
