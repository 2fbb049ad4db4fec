"""One run over a file: the tables that say how each kind of syntax and value is handled, and what they share.

Handlers register themselves by the kind of node or value they take, in the modules beside this one; so expressions,
statements and calls reach each other through the run, and no module needs to import another in a circle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import field
from typing import Any, TypeVar

import libcst as cst

from lstmlint.interpret.joins import join
from lstmlint.interpret.ops.trail import detached
from lstmlint.interpret.registry import Call, Operation
from lstmlint.interpret.scope import ClassInfo, Flow, Frame, FunctionInfo
from lstmlint.lean import dataclass
from lstmlint.names.project import ModuleFile, Project
from lstmlint.source import Place
from lstmlint.syntax.parse import NodePlace, Syntax
from lstmlint.values import Class, Const, Function, Instance, Path, Unknown, Value, assumption
from lstmlint.world import Heap, Listed, World

Evaluate = Callable[["Run", Frame, Any], Value]
Execute = Callable[["Run", Frame, Any], Flow]
Apply = Callable[["Run", Any, Call], Value]
GetAttribute = Callable[["Run", Any, str, Place], Value]

EXPRESSIONS: dict[type[cst.CSTNode], Evaluate] = {}
STATEMENTS: dict[type[cst.CSTNode], Execute] = {}
CALLS: dict[type[Value], Apply] = {}
ATTRIBUTES: dict[type[Value], GetAttribute] = {}

Handler = TypeVar("Handler", bound=Callable[..., Any])


def handles(table: dict[Any, Any], *kinds: type) -> Callable[[Handler], Handler]:
    """Registers a function in one of the tables for some kinds of node or value."""

    def register(function: Handler) -> Handler:
        table.update(dict.fromkeys(kinds, function))
        return function

    return register


class Exhausted(Exception):
    """The run has taken more steps than a file is worth; what was seen so far still counts."""


STEPS = 80_000
"""Expressions evaluated in a part of a file before the interpreter gives up on the rest of it."""
STEPS_IN_ALL = 400_000
"""Expressions evaluated in the parts of a file before the others are given up."""
ABROAD = 3_000
"""Of these, in other files of the project than the one that is linted."""
FILES = 100
"""Files that the names of one file may lead to; a package that brings in all it has would lead to hundreds."""
DEPTH = 16
"""Calls inside calls."""
CALLED = 64
"""How often a call expression leads into a function in one entry: calls of calls that call twice would double."""
WAY = 5
"""Files that calls inside calls may lead through: what a file costs must not grow with the files behind its imports."""
ELEMENTS = 64
"""Elements that loops inside each other go through in all; those further inside take one of theirs, once."""
LOOPS = 4
"""Loops of unknown length inside each other that are run a second time; those further inside are run once."""


_MAKING = (cst.Call, cst.BinaryOperation, cst.UnaryOperation, cst.Subscript)
"""Expressions that make new tensors, which have no graph where torch does not record."""


@dataclass(eq=False)
class Run:
    """The state of one run over one file."""

    world: World
    project: Project
    syntax: Syntax
    find_name: Callable[[Run, Frame, str], Value | None]
    """What a name stands for as seen from a frame."""
    library: dict[str, Operation] = field(default_factory=dict)
    """Library functions that need the run itself: Python's builtins."""
    functions: dict[int, FunctionInfo] = field(default_factory=dict)
    decorated: dict[int, Value] = field(default_factory=dict)
    """What the decorators of functions, by their keys, gave instead of them."""
    classes: dict[int, ClassInfo] = field(default_factory=dict)
    ancestries: dict[int, tuple[Value, ...]] = field(default_factory=dict)
    """Each class by its key with all its bases, as far as they were asked for since the last class was defined."""
    modules: dict[ModuleFile, Frame] = field(default_factory=dict)
    led_to: set[str] = field(default_factory=set)
    """The paths of the project's files that names have led to."""
    instances: list[Instance] = field(default_factory=list)
    opened: list[ClassInfo] = field(default_factory=list)
    """The classes whose attributes were asked for."""
    entered: set[Hashable] = field(default_factory=set)
    """The identities of the functions that were called."""
    built: set[Hashable] = field(default_factory=set)
    """The identities of the classes that were instantiated."""
    entered_on: set[tuple[Hashable, int]] = field(default_factory=set)
    """Methods that were called, by identity and the address of the object."""
    stack: list[Hashable] = field(default_factory=list)
    frames: list[Frame] = field(default_factory=list)
    called: Counter[tuple[Hashable, Hashable]] = field(default_factory=Counter)
    """How often each call expression led into each function since the entry began."""
    steps: int = 0
    abroad: int = 0
    """Steps taken in other files of the project, up to the last return from there."""
    left: int | None = None
    """How many steps had been taken when the interpretation left the file; None while it is at home."""
    is_too_far: bool = False
    """True where calls would have led through too many files."""
    loops: int = 0
    """The loops of unknown length that are under way; LOOPS while one of them is in its second round."""
    elements: int = 1
    """How often the loops over known elements that are under way run what is being interpreted, in all."""
    is_cut_short: bool = False
    """True where a round of the innermost loop that is under way may have ended before the end of the loop's body."""
    is_stale: bool = False
    """True where an entry learned a rank that an earlier one had needed."""
    _keys: dict[Hashable, int] = field(default_factory=dict)

    def key(self, *identity: Hashable) -> int:
        """A small number for an identity, the same each time."""
        return self._keys.setdefault(identity, len(self._keys) + 1)

    def step(self) -> None:
        """Counts a step of work; raises Exhausted past the limit."""
        self.steps += 1
        if self.steps > STEPS:
            raise Exhausted

    @property
    def room(self) -> int:
        """How many elements a loop may go through here."""
        return max(1, ELEMENTS // self.elements)

    def may_leave(self) -> bool:
        """True while other files of the project are worth further steps."""
        return self.abroad + (0 if self.left is None else self.steps - self.left) <= ABROAD

    def may_call(self, function: Hashable) -> bool:
        """True while the call that is being interpreted may go into a function; counts how often it did."""
        if len(self.stack) >= DEPTH or self.stack.count(function) >= 2:
            return False
        site = self.world.site
        call = site[1] if isinstance(site, tuple) else None, function
        self.called[call] += 1
        return self.called[call] <= CALLED

    def may_enter(self, file: ModuleFile) -> bool:
        """True while calls may lead to a file: to that of the run at any time, to others within the bounds."""
        if file is self.frames[0].file:
            return True
        way = {frame.file for frame in self.frames} | {file}
        self.is_too_far = self.is_too_far or len(way) > WAY
        return self.may_leave() and len(way) <= WAY

    def find_file(self, module: str, level: int, importer: str) -> ModuleFile | None:
        """The file of an imported module, as `Project.find` has it, until names have led to too many."""
        file = self.project.find(module, level, importer) if len(self.led_to) < FILES else None
        if file is not None:
            self.led_to.add(file.source.path)
        return file

    def evaluate(self, frame: Frame, node: cst.CSTNode) -> Value:
        """The value of an expression."""
        self.step()
        handler = EXPRESSIONS.get(type(node))
        value = self.unknown(frame, node) if handler is None else handler(self, frame, node)
        if self.world.recording or not isinstance(node, _MAKING) or frame.unit is None:
            return value
        return detached(value, frame.unit.place(node))

    def execute(self, frame: Frame, statements: Iterable[cst.CSTNode]) -> Flow:
        """Runs statements in order until one ends the block."""
        for statement in statements:
            self.step()
            handler = STATEMENTS.get(type(statement))
            flow = Flow.NEXT if handler is None else handler(self, frame, statement)
            if flow is not Flow.NEXT:
                return flow
        return Flow.NEXT

    def call(self, callee: Value, call: Call) -> Value:
        """Calls any value; what cannot be called gives Unknown."""
        self.step()
        handler = CALLS.get(type(callee))
        return self.world.unknown() if handler is None else handler(self, callee, call)

    def attribute(self, owner: Value, name: str, place: Place) -> Value:
        """An attribute of any value."""
        handler = ATTRIBUTES.get(type(owner))
        return self.world.unknown() if handler is None else handler(self, owner, name, place)

    def call_method(self, owner: Value, name: str, call: Call) -> Value:
        """Calls a method of any value by name."""
        return self.call(self.attribute(owner, name, call.place), call)

    def unknown(self, frame: Frame, node: cst.CSTNode) -> Unknown:
        """The unknown value of an expression: the same each time the same chain of calls comes here."""
        return self.world.unknown("at", frame.context, id(node))

    def at(self, frame: Frame, node: cst.CSTNode) -> NodePlace:
        """The place of a node, noted as the site of what is about to happen."""
        assert frame.unit is not None
        self.world.site = (frame.context, id(node))
        return frame.unit.place(node)

    def function(self, value: Function) -> FunctionInfo:
        """The definition behind a function value."""
        return self.functions[value.key]

    def cls(self, value: Class) -> ClassInfo:
        """The definition behind a class value."""
        return self.classes[value.key]

    def branch(
        self, frame: Frame, condition: Hashable, then: Callable[[], Flow], otherwise: Callable[[], Flow]
    ) -> Flow:
        """Runs both ways of a condition that does not fold and joins what they leave behind.

        Where one way ends the block, the rest runs under the assumption that the other was taken.
        """
        world = self.world
        path, variables, heap = world.path, dict(frame.variables), world.heap
        ways: list[tuple[Flow, Path, dict[str, Value], Heap]] = []
        for taken, run in ((True, then), (False, otherwise)):
            world.path = path | {assumption(condition, taken)}
            frame.variables, world.heap = dict(variables), Heap(heap)
            flow = run()
            ways.append((flow, world.path, frame.variables, heap.followed_by(world.heap)))
        flows = {way[0] for way in ways}
        self.is_cut_short = self.is_cut_short or (len(flows) > 1 and not flows.isdisjoint((Flow.BREAK, Flow.CONTINUE)))
        going = [way for way in ways if way[0] is Flow.NEXT]
        if len(going) == 1:
            _, world.path, frame.variables, world.heap = going[0]
            return Flow.NEXT
        world.path = path
        one, other = ways
        frame.variables = {
            name: join(world, one[1], one[2].get(name), other[1], other[2].get(name))
            for name in dict.fromkeys([*one[2], *other[2]])
        }
        world.heap = join_heaps(world, one[1], one[3], other[1], other[3])
        if going:
            return Flow.NEXT
        return flows.pop() if len(flows) == 1 else (Flow.CONTINUE if Flow.CONTINUE in flows else Flow.BREAK)


def join_heaps(world: World, one_path: Path, one: Heap, other_path: Path, other: Heap) -> Heap:
    """What is stored after two branches that forked from one heap: joined attribute by attribute where they differ."""
    joined = Heap({**other, **one})
    for address in one.touched | other.touched:
        stored = other.get(address, joined[address])
        mine = joined[address]
        joined.touched.add(address)
        if mine is stored:
            continue
        if isinstance(mine, dict) and isinstance(stored, dict):
            joined[address] = {
                name: join(world, one_path, mine.get(name), other_path, stored.get(name))
                for name in dict.fromkeys([*mine, *stored])
            }
        elif _is_list(mine) and _is_list(stored):
            joined[address] = _join_lists(world, one_path, mine, other_path, stored)
    return joined


def _is_list(stored: object) -> bool:
    return isinstance(stored, tuple) and len(stored) > 1 and isinstance(stored[0], tuple)


def _join_lists(world: World, one_path: Path, one: Any, other_path: Path, other: Any) -> Listed:
    one, other = Listed(*one), Listed(*other)
    length = one.known_length if one.known_length == other.known_length else None
    if len(one.items) == len(other.items):
        pairs = zip(one.items, other.items, strict=True)
        items = tuple(join(world, one_path, a, other_path, b) for a, b in pairs)
        return Listed(items, one.is_open or other.is_open, length)
    return Listed(max(one.items, other.items, key=len), True, length)


def folded(value: Value) -> bool | None:
    """The truth of a value where it is known."""
    return bool(value.value) if isinstance(value, Const) else None
