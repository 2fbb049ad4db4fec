"""The interpreter's memory of one run: fresh axes, claims, the heap, and the events in order.

Operations and layers (`interpret/`) are functions of a world, a call and its values; this is all of the interpreter
that they see.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Mapping
from copy import copy
from dataclasses import field
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from lstmlint.events import Event, Inside, Round
from lstmlint.findings import GivenUp
from lstmlint.lean import dataclass
from lstmlint.sizes import AxisSize, Size
from lstmlint.source import Place
from lstmlint.values import (
    ALWAYS,
    Axis,
    Claim,
    Condition,
    Const,
    DictRef,
    External,
    Instance,
    Layer,
    ListRef,
    OpenTensor,
    Path,
    Role,
    Strength,
    Tensor,
    Unknown,
    Value,
)
from lstmlint.versions import KERAS_2, NEWEST, Version, Versions

if TYPE_CHECKING:
    from lstmlint.interpret.registry import Call

MANY = 1_000
"""Items of a list, or entries of a dictionary, that are known of one that changes: each change copies them."""


class Listed(NamedTuple):
    """What is stored of a list."""

    items: tuple[Value, ...]
    is_open: bool
    """True where the items are a sample."""
    length: Size | None = None
    """How many items an open list has, where that is known."""

    @property
    def known_length(self) -> Size | None:
        """How many items the list has, where that is known."""
        return self.length if self.is_open else Size.of(len(self.items))


class Heap(dict[int, object]):
    """What is stored under each address, and which addresses were written to since it was forked from another."""

    def __init__(self, stored: Mapping[int, object] = MappingProxyType({})) -> None:
        super().__init__(stored)
        self.touched: set[int] = set()

    def __setitem__(self, address: int, stored: object) -> None:
        self.touched.add(address)
        super().__setitem__(address, stored)

    def followed_by(self, later: Heap) -> Heap:
        """A heap that was forked from this one, in its place."""
        later.touched |= self.touched
        return later


@dataclass(frozen=True)
class Unbound:
    """All entries of a tensor along one of its axes, as `x.unbind(1)` gives them; `dim` is the argument."""

    source: Tensor
    position: int
    entries: tuple[Value, ...]
    dim: Value


@dataclass(frozen=True)
class Ragged:
    """A loader's batches: all of one size, but for a last one that is smaller."""

    size: int
    rest: int | None
    """How many samples the last batch has; None where the number of samples is not known."""
    place: Place


@dataclass
class World:
    """Mutable state of one run of the interpreter over one entry of the program."""

    ranks: dict[Hashable, int | None] = field(default_factory=dict)
    """What runs before this one learned of the rank of unknown things (None: contradictory, leave open)."""
    path: Path = ALWAYS
    inside: tuple[Inside, ...] = ()
    """The calls of the program's functions that are under way."""
    under: tuple[str, ...] = ()
    """The conditions around what is being interpreted, in the innermost of these calls."""
    rounds: tuple[Round, ...] = ()
    """The loops that are under way, with the round each is in."""
    turns: list[tuple[int, tuple[Round, ...]]] = field(default_factory=list)
    """Each round that began or ended, as the loops under way from then on, behind the newest number given by then."""
    recording: bool = True
    """False inside `torch.no_grad()` and its kin."""
    origins: dict[int, Value] = field(default_factory=dict)
    """What lists go over in another form (a loader's batches, an enumeration), by their address."""
    reads: set[str] = field(default_factory=set)
    """The names of the attributes that were read."""
    read_elsewhere: frozenset[str] = frozenset()
    """The names of those that other parts of the file read."""
    ports: bool = False
    """True in a file that names torch's parameters and Keras: arrays of Keras layers are followed there."""
    rewritten: set[Hashable] = field(default_factory=set)
    """The roots of the arrays of Keras layers that the program changes in place."""
    given_up: tuple[GivenUp, ...] = ()
    """What the run did not follow to its end."""
    steps: int = 0
    """How many the run took."""
    entry_places: dict[tuple[int, str], Place] = field(default_factory=dict)
    """Where entries of dictionaries that are named like parameters were written, by address and key."""
    slot_places: dict[tuple[Hashable, str], Place] = field(default_factory=dict)
    """Where a parameter of a layer stands as the key of an entry."""
    registered: set[int] = field(default_factory=set)
    """The lists and dictionaries that are ModuleLists and ModuleDicts, and the modules whose parameters were taken."""
    claims: list[Claim] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    heap: Heap = field(default_factory=Heap)
    learned: dict[Hashable, int | None] = field(default_factory=dict)
    flattened: dict[int, OpenTensor] = field(default_factory=dict)
    """Tensors of unknown rank that became one axis, by the identity of that axis."""
    cuts: dict[Hashable, list[tuple[Hashable, Axis | None, Place]]] = field(default_factory=dict)
    """Arrays cut by each moving slice, for `interpret.samples`."""
    pieces: dict[int, Place] = field(default_factory=dict)
    """The axes that were cut into pieces one behind the other, and where."""
    stepped: dict[int, Place] = field(default_factory=dict)
    """The first axes of tensors whose second axis a loop goes through entry by entry, and where it takes them."""
    picked: dict[tuple[int, Place], int | None] = field(default_factory=dict)
    """Which entry of the second axis was taken first, by the first axis and the place."""
    starts: dict[tuple[int, Place], Value] = field(default_factory=dict)
    """Where the first slice of an axis at some place began."""
    ragged: dict[int, Ragged] = field(default_factory=dict)
    """The batch axes of loaders whose last batch may be smaller, by their identity."""
    joined: dict[int, int] = field(default_factory=dict)
    """The axes that stand for one of two alike, whichever way a program goes, with one of the two."""
    options: dict[Hashable, Const] = field(default_factory=dict)
    """The defaults of the command line's options, by the names of the attributes that hold them."""
    unbound: dict[int, Unbound] = field(default_factory=dict)
    """The lists that are a tensor taken apart, by their address."""
    apply: Callable[[Value, Call], Value] | None = None
    """Calls any value (a user's function, an instance, a layer, a library name); set by the interpreter."""
    own_method: Callable[[Instance, str, int], Value | None] | None = None
    """A method of an object that the program defines for so many arguments, or None; set by the interpreter."""
    target: str = ""
    """The text of the assignment target whose value is being evaluated, "" where there is none."""
    site: Hashable = None
    """The call or expression being interpreted, with the calls that led to it."""
    stated: set[Hashable] = field(default_factory=set)
    """The unknown things whose rank was learned from something that leaves no doubt."""
    fresh: dict[Hashable, int] = field(default_factory=dict)
    """How many new unknown values each site has made."""
    asked: set[Hashable] = field(default_factory=set)
    """The unknown things whose rank somebody wanted to know in vain."""
    versions: Versions = NEWEST
    """What the configuration says of the frameworks' versions."""
    keras_2: bool = False
    """True where the file itself asks for a Keras before 3."""
    resets: frozenset[str] = frozenset()
    """The functions in which the file names a reset of a Keras layer's states, "" for one outside of any."""
    callbacks: set[int] = field(default_factory=set)
    """The objects that are callbacks of Keras, of classes that this file defines."""
    guards: set[Condition] = field(default_factory=set)
    """Conditions that ask which version of a library is there, or try what it may lack."""
    _next: int = 0
    _roots: dict[tuple[Hashable, int], tuple[Axis, ...]] = field(default_factory=dict)

    @property
    def keras(self) -> Version:
        """The version of Keras that the file is written for."""
        return KERAS_2 if self.keras_2 and not self.versions.keras.before(3) else self.versions.keras

    def number(self) -> int:
        """A number no axis, layer, list or object of this world has yet."""
        self._next += 1
        return self._next

    def go_round(self, rounds: tuple[Round, ...]) -> None:
        """From now on these loops are under way, each in the round that it says."""
        self.rounds = rounds
        self.turns.append((self._next, rounds))

    def rounds_of(self, axis: Axis) -> tuple[Round, ...]:
        """The loops that were under way when an axis was made."""
        place = bisect_left(self.turns, axis.id, key=lambda turn: turn[0])
        return self.turns[place - 1][1] if place else ()

    def axis(self, size: Size | None = None, role: Role | None = None, directions: Place | None = None) -> Axis:
        """A new axis; without a size, its size is a symbol of its own."""
        identity = self.number()
        return Axis(identity, Size.symbol(AxisSize(identity)) if size is None else size, role, (), directions)

    def unknown(self, *key: Hashable) -> Unknown:
        """An unknown value; the same key gives the same unknown, no key a new one.

        New ones are counted by the site that is being interpreted, so that a second run gives the same roots and may
        use what the first one learned of them.
        """
        if key:
            return Unknown(key)
        count = self.fresh[self.site] = self.fresh.get(self.site, 0) + 1
        return Unknown(("fresh", self.site, count))

    def claim(
        self,
        axis: Axis,
        role: Role,
        strength: Strength,
        place: Place,
        text: str,
        layer: Layer | None = None,
        kind: str = "",
    ) -> None:
        """Records that a place takes an axis for something. An axis of size 1 supports no claim."""
        if not axis.is_single:
            owner = layer.id if layer else None
            self.claims.append(Claim(axis.id, role, strength, place, text, owner, self.path, kind))

    def emit(self, event: Event) -> None:
        """Appends an event; its path and what it stands inside are the current ones."""
        emitted = copy(event)
        vars(emitted).update(
            path=self.path, inside=self.inside, under=self.under, rounds=self.rounds, recorded=self.recording
        )
        self.events.append(emitted)

    def new_list(self, items: Iterable[Value], open_ended: bool = False, length: Size | None = None) -> ListRef:
        """A list on the heap. `open_ended`: the items are a sample; `length` says how many there are, if known."""
        ref = ListRef(self.number())
        self.heap[ref.address] = Listed(tuple(items), open_ended, length)
        return ref

    def items(self, ref: ListRef) -> tuple[Value, ...]:
        """The items of a list as far as they are known."""
        stored = self.heap.get(ref.address)
        return stored[0] if isinstance(stored, tuple) else ()

    def is_open(self, ref: ListRef) -> bool:
        """True where a list may hold more (or fewer) items like those known."""
        stored = self.heap.get(ref.address)
        return not isinstance(stored, tuple) or bool(stored[1])

    def length_of(self, ref: ListRef) -> Size | None:
        """How many items a list has, where that is known."""
        stored = self.heap.get(ref.address)
        return stored.known_length if isinstance(stored, Listed) else None

    def set_items(self, ref: ListRef, items: Iterable[Value], open_ended: bool, length: Size | None = None) -> None:
        """Replaces what a list holds; of one that has grown long, the first items are known."""
        known = tuple(items)
        whole = length if open_ended else Size.of(len(known))
        self.heap[ref.address] = Listed(known[:MANY], open_ended or len(known) > MANY, whole)

    def new_dict(self, entries: Mapping[Any, Value], open_ended: bool = False) -> DictRef:
        """A dictionary on the heap; keys are the Python values of constants."""
        ref = DictRef(self.number())
        self.heap[ref.address] = (dict(entries), open_ended)
        return ref

    def entries(self, ref: DictRef) -> dict[Hashable, Value]:
        """The known entries of a dictionary."""
        stored = self.heap.get(ref.address)
        return dict(stored[0]) if isinstance(stored, tuple) else {}

    def is_open_dict(self, ref: DictRef) -> bool:
        """True where a dictionary may hold more entries than those known."""
        stored = self.heap.get(ref.address)
        return not isinstance(stored, tuple) or bool(stored[1])

    def set_entries(self, ref: DictRef, entries: Mapping[Any, Value], open_ended: bool) -> None:
        """Replaces what a dictionary holds; of one that has grown long, the first entries are known."""
        self.heap[ref.address] = (dict(islice(entries.items(), MANY)), open_ended or len(entries) > MANY)

    def rank(self, root: Hashable) -> int | None:
        """The rank of an unknown thing as far as it is known; a question in vain is remembered."""
        known = self.ranks.get(root)
        if known is None:
            self.asked.add(root)
        return known

    def learn_rank(self, root: Hashable, rank: int, presumed: bool = False) -> None:
        """An unknown thing turned out to be a tensor of this rank; two different answers cancel each other.

        A rank that is only presumed (a recurrent layer reads three axes, or two) gives way to one that is stated.
        """
        if presumed and root in self.stated:
            return
        known = self.learned.get(root, rank)
        if known != rank:
            self.asked.add(root)  # whoever was given the other rank was told wrong
        if not presumed and root not in self.stated:
            known = rank
            self.stated.add(root)
        self.learned[root] = rank if known == rank else None
        if isinstance(root, tuple) and root[:1] == ("like",):
            self.learn_rank(root[1], rank, presumed)

    def like(self, source: Unknown | OpenTensor) -> Unknown:
        """An unknown tensor of the same rank as another: what is learned of the one's rank holds for the other."""
        fresh = self.unknown()
        plain = isinstance(source, Unknown) or not (source.head or source.drop or source.tail)
        return Unknown(("like", source.root, fresh.root)) if plain else fresh

    def tensor(self, value: Value, rank: int | None = None, presumed: bool = False) -> Tensor | OpenTensor | None:
        """A value as a tensor: itself, or the tensor that an unknown value must be; None where it is no tensor.

        With `rank`, the caller states that only this rank makes sense here: an unknown thing then has it (and is
        remembered to have it), a tensor of another rank gives None. `presumed`: the usual rank, not the only one.
        """
        if isinstance(value, External):
            value = Unknown(("library", value.path))
        if isinstance(value, Unknown):
            value = OpenTensor(value.root)
        if isinstance(value, OpenTensor):
            known = self.ranks.get(value.root)
            own = len(value.head) - value.drop + len(value.tail)
            may_learn = self.ranks.get(value.root, rank) is not None
            if known is None and rank is not None and may_learn and rank - own >= max(value.drop, 0):
                self.learn_rank(value.root, rank - own, presumed)
                known = rank - own
            if known is None:
                self.asked.add(value.root)
                return value
            if known < value.drop:
                return value
            base = self.axes_of(value.root, known)
            value = Tensor((*value.head, *base[: known - value.drop], *value.tail))
        if not isinstance(value, Tensor):
            return None
        return value if rank is None or len(value.axes) == rank else None

    def known_roots(self) -> Iterable[tuple[tuple[Hashable, int], tuple[Axis, ...]]]:
        """The unknown things that turned out to be tensors: their roots with their ranks, and their axes."""
        return self._roots.items()

    def axes_of(self, root: Hashable, rank: int) -> tuple[Axis, ...]:
        """The axes of an unknown thing if it is a tensor of some rank, the same ones each time."""
        if (root, rank) not in self._roots:
            self._roots[root, rank] = tuple(self.axis() for _ in range(rank))
        return self._roots[root, rank]
