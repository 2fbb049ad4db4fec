"""A file, or a part of it, up to a finished world: what runs, in which order, and how often.

The top level runs first, as Python would run it, the `__main__` block included. Then whatever nobody called: functions,
classes, the methods of every object.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import partial

import libcst as cst

from lstmlint.events import Returned
from lstmlint.findings import GivenUp
from lstmlint.headroom import headroom
from lstmlint.interpret.attempts import attempt, once
from lstmlint.interpret.attributes import bind, class_attribute, keeps_state, own_method
from lstmlint.interpret.builtins import library
from lstmlint.interpret.calls import call_function
from lstmlint.interpret.classes import call_instance, instantiate
from lstmlint.interpret.decorators import register
from lstmlint.interpret.definitions import Nowhere, ancestry
from lstmlint.interpret.interest import concerned_methods, handed_out
from lstmlint.interpret.keras.sequential import finish
from lstmlint.interpret.keras.training import tell_compiled
from lstmlint.interpret.linted import Linted
from lstmlint.interpret.load import load
from lstmlint.interpret.lookup import define, lookup, module_frame, module_name
from lstmlint.interpret.registry import Call
from lstmlint.interpret.run import ABROAD, FILES, STEPS, WAY, Exhausted, Run
from lstmlint.interpret.scope import ClassInfo, Frame, FunctionInfo
from lstmlint.interpret.torch.lightning import is_left_to_lightning, train
from lstmlint.names.project import ModuleFile, Project
from lstmlint.syntax.index import ClassEntry, FunctionEntry, Lines
from lstmlint.values import ALWAYS, Class, Function, Instance
from lstmlint.versions import NEWEST, Versions
from lstmlint.world import World

ROUNDS = 3
"""How often a part of a file is interpreted at most."""
CALLED_AGAIN = 24
"""Objects whose uncalled methods are looked at."""
FIRST = ("forward", "call", "__call__")
"""The methods that say how an object is used, before all others."""


def interpret(linted: Linted, project: Project, versions: Versions = NEWEST) -> World:
    """The finished world of a part of a file."""
    return settle(linted, project, versions).world


def settle(linted: Linted, project: Project, versions: Versions = NEWEST) -> Run:
    """The last run over a part of a file; another follows where an entry learned too late what one before it needed."""
    with headroom():
        load()
        ranks: dict[Hashable, int | None] = {}
        for _ in range(ROUNDS):
            run = _run(linted, project, ranks, versions)
            if run.steps > STEPS or not run.is_stale:
                break
            ranks = run.world.ranks
        return run


def _run(linted: Linted, project: Project, ranks: dict[Hashable, int | None], versions: Versions) -> Run:
    said = linted.said
    world = World(
        dict(ranks),
        versions=versions,
        keras_2=said.keras_2,
        resets=said.resets,
        ports=said.ports,
        read_elsewhere=said.read_elsewhere,
    )
    run = Run(world, project, linted.syntax, lookup)
    world.apply = run.call
    world.own_method = partial(own_method, run)
    run.library = library(run)
    stopped = ""
    try:
        for entry in _entries(run, linted):
            attempt(run, entry)
        run.world.path = ALWAYS
        finish(world)
    except Exhausted:
        stopped = _entry_name(run)
    world.given_up, world.steps = tuple(_given_up(run, linted.source.path, stopped)), run.steps
    return run


def _given_up(run: Run, path: str, stopped: str) -> Iterator[GivenUp]:
    """What was not followed to its end; `stopped` names the definition in which the steps ran out."""
    if stopped:
        yield GivenUp(path, f"{stopped}, and what follows it", f"{STEPS:,} steps")
    if not run.may_leave():
        yield GivenUp(path, "calls into other files", f"{ABROAD:,} steps there")
    if run.is_too_far:
        yield GivenUp(path, "calls into further files", f"{WAY} files on the way")
    if len(run.led_to) >= FILES:
        yield GivenUp(path, "further imports", f"{FILES} files")


def _entry_name(run: Run) -> str:
    """What the entry is called that is under way: a definition, or the file's top level."""
    site = run.world.site
    entry = site[1] if isinstance(site, tuple) and len(site) == 2 else ()
    known: list[FunctionInfo | ClassInfo] = [*run.functions.values(), *run.classes.values()]
    for info in known:
        if isinstance(entry, tuple) and entry[:2] == ("entry", info.ident):
            owner = info.owner if isinstance(info, FunctionInfo) else None
            return info.name if owner is None else f"{owner.name}.{info.name}"
    return "the top level"


def _top_level(run: Run, module: Frame, linted: Linted) -> None:
    """The statements of a file in order."""
    for statement in linted.body:
        if isinstance(statement, Lines):
            once(run, lambda lines=statement: define(run, module, lines))  # type: ignore[misc]
        elif statement.name in linted.involved:
            once(run, lambda name=statement.name: module_name(run, module, name))  # type: ignore[misc]
        if not isinstance(statement, Lines) and statement.decorators:
            once(run, lambda entry=statement: register(run, module, entry))  # type: ignore[misc]


def _entries(run: Run, linted: Linted) -> Iterator[Callable[[], object]]:
    """What to run, one after the other; what later entries are depends on what earlier ones reached."""
    module = module_frame(run, linted.file)
    run.frames.append(module)
    yield lambda: _top_level(run, module, linted)
    definitions = [entry for entry in linted.definitions if entry.name in linted.involved]
    for entry in _roots_first(linted.file, definitions):
        value = module.variables.get(entry.name)
        if isinstance(value, Function) and run.function(value).ident not in run.entered:
            yield lambda value=value: _call_function(run, value)  # type: ignore[misc]
        elif isinstance(value, Class) and run.cls(value).ident not in run.built and not _is_base(entry, definitions):
            yield lambda value=value: _instantiate(run, value)  # type: ignore[misc]
    yield from _objects(run, linted)
    for entry in definitions:
        value = module.variables.get(entry.name)
        if isinstance(value, Class) and not _was_reached(run, value):
            yield lambda value=value: _instantiate(run, value)  # type: ignore[misc]
    yield from _objects(run, linted)
    for info in handed_out(run):
        yield lambda info=info: _call_inner(run, info)  # type: ignore[misc]


def _roots_first(file: ModuleFile, definitions: list[FunctionEntry | ClassEntry]) -> list[FunctionEntry | ClassEntry]:
    """Functions that nobody in the file mentions come first: they call the others with real arguments.

    Of the functions that somebody mentions, what stands further down mostly calls what stands above it.
    """
    mentioned: dict[str, int] = {}
    for entry in definitions:
        for name in file.words(entry.lines) - {entry.name}:
            mentioned[name] = mentioned.get(name, 0) + 1

    def order(entry: FunctionEntry | ClassEntry) -> tuple[bool, bool, int]:
        is_mentioned, is_class = entry.name in mentioned, isinstance(entry, ClassEntry)
        return is_mentioned, is_class, -entry.lines.first if is_mentioned and not is_class else 0

    return sorted(definitions, key=order)


def _is_base(entry: FunctionEntry | ClassEntry, definitions: list[FunctionEntry | ClassEntry]) -> bool:
    return any(isinstance(other, ClassEntry) and entry.name in other.bases for other in definitions)


def _was_reached(run: Run, value: Class) -> bool:
    methods = run.cls(value).methods.values()
    return run.cls(value).ident in run.built or any(run.function(method).ident in run.entered for method in methods)


def _at_entry(run: Run, *identity: Hashable) -> None:
    run.world.site = ((), ("entry", *identity))


def _no_arguments(run: Run, name: str) -> Call:
    return Call(name, (), {}, Nowhere(run.frames[0].file.source.path))


def _call_function(run: Run, value: Function) -> None:
    info = run.function(value)
    _at_entry(run, info.ident)
    call_function(run, info, _no_arguments(run, info.name), None)


def _call_inner(run: Run, info: FunctionInfo) -> None:
    _at_entry(run, info.ident)
    call_function(run, info, _no_arguments(run, info.name), None)


def _instantiate(run: Run, value: Class) -> None:
    _at_entry(run, run.cls(value).ident)
    instantiate(run, value, _no_arguments(run, value.name))


def _objects(run: Run, linted: Linted) -> Iterator[Callable[[], object]]:
    """The objects made so far: each is called if nobody did, then its other methods run."""
    numbers: dict[Class, int] = {}
    position = 0
    while position < min(len(run.instances), CALLED_AGAIN):
        owner = run.instances[position]
        position += 1
        number = numbers[owner.cls] = numbers.get(owner.cls, 0) + 1
        if is_left_to_lightning(run, owner):
            yield lambda owner=owner: train(run, owner, Nowhere(run.frames[0].file.source.path))  # type: ignore[misc]
        for name in FIRST:
            found = class_attribute(run, owner.cls, name)
            if isinstance(found, Function):
                if (run.function(found).ident, owner.address) not in run.entered_on:
                    yield lambda owner=owner, found=found, number=number: _use(run, owner, found, number)  # type: ignore[misc]
                break
        for method in concerned_methods(run, owner, _methods(run, owner), linted.involved):
            if run.function(method).ident not in run.entered:
                yield lambda owner=owner, method=method, number=number: _method(run, owner, method, number)  # type: ignore[misc]


def _methods(run: Run, owner: Instance) -> list[Function]:
    """The methods that this file defines for an object; those of other files are run when these are linted."""
    found: dict[str, Function] = {}
    for ancestor in ancestry(run, owner.cls):
        if isinstance(ancestor, Class) and run.cls(ancestor).closure.file is run.frames[0].file:
            for name, method in run.cls(ancestor).methods.items():
                if name in FIRST or not name.startswith("__"):
                    found.setdefault(name, method)
    return list(found.values())


def _use(run: Run, owner: Instance, method: Function, number: int) -> None:
    """Calls an object as nobody in the file does, and says what comes out."""
    info = run.function(method)
    _at_entry(run, info.ident, number)
    value = call_instance(run, owner, _no_arguments(run, info.name))
    if keeps_state(run, owner):
        call_instance(run, owner, _no_arguments(run, info.name))
    parsed = info.syntax(run.syntax)
    if parsed is not None and isinstance(parsed[0], cst.FunctionDef):
        place = parsed[1].place(parsed[0].name)
        run.world.emit(Returned(place=place, function=info.name, value=value))
        tell_compiled(run.world, owner.address, value, Call(info.name, (), {}, place))


def _method(run: Run, owner: Instance, method: Function, number: int) -> None:
    info = run.function(method)
    if info.ident in run.entered or info.is_property:
        return
    _at_entry(run, info.ident, number)
    place = Nowhere(run.frames[0].file.source.path)
    run.call(bind(run, method, owner, place), _no_arguments(run, info.name))
