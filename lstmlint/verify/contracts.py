"""What the two processes tell each other: what to build and to run, and what was seen.

Both read this file, the worker under an interpreter that may know nothing else of lstmlint; so the standard library is
all it may use. Everything travels as JSON, a field for a field.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import dataclass, field
from typing import Any, TypeVar

UNCHANGED, MIXED, UNKNOWN, OWNED = -1, -2, -3, -4
"""What became of one changed sample in a tensor, where it is not the axis that the sample stands on: the tensor is as
before; other samples moved too; the two runs cannot be compared; there is no axis for samples and all of it moved."""

Kind = TypeVar("Kind")


@dataclass(frozen=True)
class Node:
    """A piece of the user's file as `ast` positions it: lines from 1, columns in bytes from 0."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Step:
    """A statement that is run before a model is built: all of it, or of a loop the first turn (`target`, `source`)."""

    statement: Node | None = None
    target: Node | None = None
    source: Node | None = None


@dataclass(frozen=True)
class Scope:
    """A function's body, or the file's top level, cut down to the statements that an expression depends on."""

    steps: tuple[Step, ...] = ()
    names: tuple[str, ...] = ()
    values: tuple[Node, ...] = ()
    """Parameters with the expressions, of the scope before this one, that they stand for."""
    top: bool = False
    """True where its names are the module's own."""


@dataclass(frozen=True)
class Argument:
    """An argument of a call: `star` is "", "*" or "**", `name` its keyword if it has one."""

    value: Node
    name: str = ""
    star: str = ""


@dataclass(frozen=True)
class Recipe:
    """One way to get a model, and what the program itself gives to it (None: nothing that was found)."""

    text: str
    """How the program writes it, for messages."""
    line: int
    scopes: tuple[Scope, ...] = ()
    model: Node | None = None
    """The expression that is the model, seen from the last scope."""
    method: str = ""
    """The method of the model that is called; empty: the model itself."""
    data: bool = False
    """True where the arguments are what the model is fitted to: the input, then the target."""
    function: str = ""
    """Where there is no such expression: a function of the file that gives a model when called with nothing."""
    arguments: tuple[Argument, ...] | None = None


@dataclass(frozen=True)
class Parameter:
    """A parameter of a model's forward method, and what is known of what it takes."""

    name: str
    rank: int = 0
    """0: not known."""
    integer: bool = False
    required: bool = True


@dataclass(frozen=True)
class Belief:
    """Where the analyser takes the batch to be in what a recurrent layer reads."""

    line: int
    """Where the layer is called."""
    batch: int
    shape: tuple[int, ...] = ()
    """The sizes of what it reads as far as they are known, 0 where not."""
    built: int = 0
    """The line where the layer is built; 0: not told."""
    chosen: tuple[int, ...] = (0, 1)
    """The axes whose sizes are chosen anew for the run."""


@dataclass(frozen=True)
class Configured:
    """What the configuration says of a model: constructor arguments as JSON, and the shape of its input."""

    arguments: dict[str, Any] = field(default_factory=dict)
    shape: tuple[str, ...] = ()
    """Letters and numbers: B is the batch, T time, a number is a size."""
    dtype: str = ""
    causal: bool = False


@dataclass(frozen=True)
class ModelPlan:
    """A model to run: its class (empty: whatever the recipes give), ways to get it, and what is known of its input."""

    name: str
    line: int
    class_name: str = ""
    recipes: tuple[Recipe, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    beliefs: tuple[Belief, ...] = ()
    configured: Configured | None = None
    causal: bool = False
    arguments: dict[str, Any] = field(default_factory=dict)
    """Constructor arguments as the analyser knows them from where the class is used."""


@dataclass(frozen=True)
class Request:
    """All that the worker is told."""

    framework: str
    file: str
    module: str
    """The dotted name under which the file is imported; empty: by its path."""
    folders: tuple[str, ...]
    """Where imports are looked up before the interpreter's own places."""
    root: str
    """The folder whose files are the user's own."""
    models: tuple[ModelPlan, ...]
    memory: int
    """Bytes that the program may take beyond what the framework has taken."""
    scratch: str
    """The one folder that may be written to."""
    gpu: bool = False


@dataclass(frozen=True)
class Place:
    """A stretch of a file, columns in characters from 1; 0 where Python does not say."""

    file: str
    line: int
    column: int = 0
    end_line: int = 0
    end_column: int = 0


@dataclass(frozen=True)
class Fault:
    """An exception that ended something: where in the user's files, and in which layer."""

    stage: str
    """import, build, input, forward, size (only with other sizes than the program's own)."""
    type: str
    message: str
    places: tuple[Place, ...] = ()
    """The frames in the user's files, the innermost last."""
    traceback: str = ""
    layer: str = ""
    built: Place | None = None
    """Where that layer was built."""
    detail: str = ""
    """What stood against each other: the layer's arguments and the shapes it was given."""
    origin: str = ""
    """Who raised it: framework, raise (a statement of the user's), sizes (where a tensor was asked for them), other."""
    ours: bool = False
    """True where the input was made up, so that the exception may be the input's fault."""


@dataclass(frozen=True)
class Seen:
    """A tensor that went into a call or came out of it."""

    shape: tuple[int, ...]
    sample: int = UNKNOWN
    """Where one changed sample shows: its axis, or UNCHANGED, MIXED, UNKNOWN."""
    early: tuple[bool, bool] = (True, True)
    """Whether a changed first time step shows in the first and in the second half of the last axis."""
    opposed: bool = False
    """True where a changed first step shows at the first step of some features, and of others at the last alone."""
    short: bool = False
    """True where the row of a short sequence is nothing but zeros though others are not."""
    origin: tuple[int, int] = (-1, -1)
    """The number of the call that gave it and which of its results it is; -1: not known, below: given to the model."""
    one_step: bool = False
    """True for a layer's last step of both directions, of which the backward one has read one step only."""
    padded: bool = False
    """True for whole numbers of which some rows end in zeros."""


@dataclass(frozen=True)
class Call:
    """A layer or operation of the framework that the program called, with the tensors in and out."""

    kind: str
    """layer, operation, or array (of numpy)."""
    name: str
    place: Place | None
    inputs: tuple[Seen, ...]
    outputs: tuple[Seen, ...]
    path: str = ""
    """A layer's name in the model, empty where it is not part of it."""
    built: Place | None = None
    """Where a layer was built."""
    begins: bool = False
    """True where samples that were apart before this call are mixed after it."""
    differs: bool = False
    """True where the same input gave another output the second time."""
    masked: tuple[bool, bool] = (False, False)
    """Whether a Keras mask came in, and whether one goes on."""
    hidden: int = 0
    """How many entries the mask that goes on hides."""
    ignores: bool = False
    """True where a second state was given that changes nothing."""
    around: tuple[Place, ...] = ()
    """Of a call after which samples are mixed: where the functions of the user's were called that it lies in."""


@dataclass(frozen=True)
class SeenLayer:
    """A recurrent layer (or cell) as it was built and called."""

    path: str
    family: str
    built: Place | None
    called: Place | None
    batch_first: bool
    layers: int
    directions: int
    dropout: float
    registered: bool
    """True where the model knows the layer, so that its parameters are trained."""
    inputs: tuple[tuple[int, ...], ...]
    outputs: tuple[tuple[int, ...], ...]
    calls: int
    sample: int = UNKNOWN
    """The axis of its input on which samples stand."""
    backwards: bool = False
    """True for a Keras layer that reads its input from the end."""
    dead: tuple[str, ...] = ()
    """Parts without gradient: `forward`, `backward`, `all`."""


@dataclass(frozen=True)
class Proof:
    """Something that only running shows, as a rule of its own."""

    rule: str
    place: Place | None
    message: str
    because: tuple[tuple[Place, str], ...] = ()


@dataclass(frozen=True)
class Observation:
    """What was seen of one model."""

    name: str
    recipe: str = ""
    ran: bool = False
    own_input: bool = False
    """True where the input is the program's own, made larger or smaller at most."""
    sizes: tuple[int, int] = (0, 0)
    """Of batch and time in the run that was watched; 0: none."""
    batch_axis: int = UNKNOWN
    """The axis of the input along which samples are independent, or were taken to be."""
    consistent: tuple[int, ...] = ()
    """The leading axes of the input along which the model treats entries as independent samples."""
    layers: tuple[SeenLayer, ...] = ()
    calls: tuple[Call, ...] = ()
    proofs: tuple[Proof, ...] = ()
    fault: Fault | None = None
    parameters: int = 0
    on_meta: bool = False
    inputs: tuple[tuple[int, ...], ...] = ()
    outputs: tuple[tuple[int, ...], ...] = ()
    classes: tuple[str, ...] = ()
    """The names of the classes that the model is made of."""
    targets: tuple[tuple[int, ...], ...] = ()


def encode(value: Any) -> Any:
    """A contract as what JSON knows."""
    return dataclasses.asdict(value)


def decode(kind: type[Kind], data: Any) -> Kind:
    """A contract of a class from what JSON knows."""
    hints = typing.get_type_hints(kind)
    fields = {item.name for item in dataclasses.fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: _decoded(hints[name], value) for name, value in data.items() if name in fields})


def _decoded(kind: Any, data: Any) -> Any:
    if data is None:
        return None
    if dataclasses.is_dataclass(kind):
        return decode(typing.cast("type[Any]", kind), data)
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return _decoded(next(each for each in inner if each is not type(None)), data)
    if origin is tuple:
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_decoded(inner[0], each) for each in data)
        return tuple(_decoded(each, item) for each, item in zip(inner, data, strict=True))
    return data
