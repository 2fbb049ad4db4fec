"""Calling things: the call expression, functions of the program, library functions, methods and alternatives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import libcst as cst

from lstmlint.events import BuiltByName, Inside
from lstmlint.interpret.attributes import instance_attribute, known_method
from lstmlint.interpret.binding import bind_arguments
from lstmlint.interpret.building import build, build_base, inner_layer, module_of
from lstmlint.interpret.cells import note_cell
from lstmlint.interpret.decorators import as_method, decorated
from lstmlint.interpret.definitions import is_keras_layer, is_torch_module, library_bases
from lstmlint.interpret.in_place import note_change
from lstmlint.interpret.iteration import unpack_starred
from lstmlint.interpret.joins import join, known_choices
from lstmlint.interpret.keras.arrays import library_result, of_function, of_method, twin
from lstmlint.interpret.options import note_option
from lstmlint.interpret.registry import APPLICATIONS, OPERATIONS, Call
from lstmlint.interpret.run import CALLS, EXPRESSIONS, Run, handles
from lstmlint.interpret.scope import Frame, FunctionInfo
from lstmlint.interpret.torch.gradients import is_unrecorded, note_unfollowed
from lstmlint.values import (
    NONE,
    Bound,
    Const,
    DictRef,
    External,
    Function,
    Instance,
    Layer,
    ListRef,
    Method,
    Num,
    OneOf,
    OpenTensor,
    Packed,
    Partial,
    Shape,
    Super,
    Tensor,
    Tuple,
    Unknown,
    Value,
)
from lstmlint.weights import Weight


@handles(EXPRESSIONS, cst.Call)
def _call(run: Run, frame: Frame, node: cst.Call) -> Value:
    callee = run.evaluate(frame, node.func)
    if callee == External("builtins.super"):
        return _super(run, frame)
    call = _arguments(run, frame, node)
    if callee in (External("builtins.locals"), External("builtins.vars")) and not call.args:
        return run.world.new_dict(dict(frame.variables), open_ended=True)
    result = run.call(callee, call)
    note_change(run, frame, node, callee, result)
    return result


def _super(run: Run, frame: Frame) -> Value:
    scope: Frame | None = frame
    while scope is not None and scope.receiver is None:
        scope = scope.parent
    if scope is None or scope.owner is None or scope.receiver is None:
        return run.unknown(frame, cst.Pass())
    return Super(scope.receiver, scope.owner)


def _arguments(run: Run, frame: Frame, node: cst.Call) -> Call:
    assert frame.unit is not None
    args: list[Value] = []
    texts: list[str] = []
    kwargs: dict[str, Value] = {}
    open_ended, rest = False, None
    target, run.world.target = run.world.target, ""
    for arg in node.args:
        value = run.evaluate(frame, arg.value)
        if arg.star == "*":
            items, closed = unpack_starred(run, value, run.at(frame, arg.value))
            args += items if closed else []
            texts += [""] * (len(items) if closed else 0)
            open_ended, rest = open_ended or not closed, rest if closed else value
        elif arg.star == "**":
            open_ended = _spread(run, value, kwargs) or open_ended
        elif arg.keyword is not None:
            kwargs[arg.keyword.value] = value
        else:
            args.append(value)
            texts.append(frame.unit.text(arg.value))
    run.world.target = target
    return Call("", tuple(args), kwargs, run.at(frame, node), tuple(texts), open_ended, rest=rest)


def _spread(run: Run, value: Value, kwargs: dict[str, Value]) -> bool:
    """Adds what `**value` is known to hold; True where it may hold more."""
    if not isinstance(value, DictRef):
        return True
    entries = run.world.entries(value)
    kwargs.update((name, entry) for name, entry in entries.items() if isinstance(name, str))
    return run.world.is_open_dict(value)


@handles(CALLS, Function)
def _function(run: Run, callee: Function, call: Call) -> Value:
    found = decorated(run, callee)
    if found != callee:
        return run.call(found, call)
    info = run.function(callee)
    method = as_method(info, call)
    return call_function(run, info, call, None) if method is None else call_function(run, info, *method)


@handles(CALLS, Bound)
def _bound(run: Run, callee: Bound, call: Call) -> Value:
    found = decorated(run, callee.function)
    if isinstance(found, (Function, Bound)) and found != callee.function:
        given = replace(call, args=(callee.owner, *call.args), texts=("self", *call.texts))
        return run.call(found, given)
    return call_function(run, run.function(callee.function), call, callee.owner)


def call_function(run: Run, info: FunctionInfo, call: Call, receiver: Value | None) -> Value:
    """Interprets a function of the program with its arguments; unknown where that goes too deep or in a circle."""
    world = run.world
    parsed = info.syntax(run.syntax)
    file = info.closure.file
    if parsed is None or not run.may_enter(file) or not run.may_call(info.ident):
        return world.unknown()
    is_leaving = file is not run.frames[0].file and run.left is None
    if is_leaving:
        run.left = run.steps
    node, unit = parsed
    site = world.site
    context = (run.key("context", _context(run), site[1] if isinstance(site, tuple) else None),)
    frame = Frame(file, unit, parent=info.closure, context=context, owner=info.owner, receiver=receiver)
    path, target, inside, under, recording = world.path, world.target, world.inside, world.under, world.recording
    world.target = ""
    given = (*call.args, *call.kwargs.values())
    kinds = is_torch_module(run, receiver), is_keras_layer(run, receiver)
    begun = Inside(info.name, receiver, kinds[0], path, under, call.place, given, world.rounds, kinds[1])
    world.inside = (*inside, begun)
    world.under = ()
    world.recording = recording and not any(map(is_unrecorded, info.decorators))
    run.stack.append(info.ident)
    run.frames.append(frame)
    if info.ident not in run.entered and isinstance(node, cst.FunctionDef):
        note_cell(run, frame, node)
    run.entered.add(info.ident)
    if isinstance(receiver, Instance):
        run.entered_on.add((info.ident, receiver.address))
    try:
        bind_arguments(run, frame, info, node, call)
        if isinstance(node, cst.Lambda):
            return run.evaluate(frame, node.body)
        run.execute(frame, [node.body])
        return _result(run, frame)
    finally:
        run.frames.pop()
        run.stack.pop()
        world.path, world.target = path, target
        world.inside, world.under, world.recording = inside, under, recording
        world.site = site
        if is_leaving:
            run.abroad, run.left = run.abroad + run.steps - (run.left or 0), None


def _context(run: Run) -> tuple[Any, ...]:
    return run.frames[-1].context if run.frames else ()


def _result(run: Run, frame: Frame) -> Value:
    if frame.yields:
        return run.world.new_list(dict.fromkeys(frame.yields), open_ended=True)
    if not frame.returns:
        return NONE
    path, value = frame.returns[0]
    for other_path, other in frame.returns[1:]:
        value = join(run.world, path, value, other_path, other)
    return value


@handles(CALLS, External)
def _library(run: Run, callee: External, call: Call) -> Value:
    return call_library(run, callee.path, call)


def call_library(run: Run, path: str, call: Call) -> Value:
    """A library function or class by its canonical path."""
    about_arrays = of_function(run.world, path, call)
    if about_arrays is not None:
        return about_arrays
    operation = run.library.get(path) or OPERATIONS.get(path)
    if operation is not None:
        named = Call(path, call.args, call.kwargs, call.place, call.texts, call.open_ended, rest=call.rest)
        return operation(run.world, named)
    built = build(run.world, path, call)
    if built is None:
        note_unfollowed(run.world, call)
    return library_result(run.world, path) if built is None else built


@handles(CALLS, Unknown)
def _unknown(run: Run, callee: Unknown, call: Call) -> Value:
    note_unfollowed(run.world, call)
    note_option(run.world, callee, call)
    module = module_of(callee)
    if module and call.kwargs:
        run.world.emit(BuiltByName(place=call.place, module=module, keywords=tuple(call.kwargs)))
    return run.world.unknown()


@handles(CALLS, Partial)
def _partial(run: Run, callee: Partial, call: Call) -> Value:
    kwargs = {**dict(callee.kwargs), **call.kwargs}
    texts = ("",) * len(callee.args) + call.texts
    args, named = callee.args + call.args, call.partial or callee.place
    return run.call(callee.function, Call("", args, kwargs, call.place, texts, call.open_ended, named))


@handles(CALLS, Layer)
def _layer(run: Run, callee: Layer, call: Call) -> Value:
    apply = APPLICATIONS.get(callee.spec.path)
    if apply is None:
        return run.world.unknown()
    return apply(
        run.world, callee, Call(callee.spec.path, call.args, call.kwargs, call.place, call.texts, call.open_ended)
    )


@handles(CALLS, OneOf)
def _one_of(run: Run, callee: OneOf, call: Call) -> Value:
    """Each alternative is called on its own branch; claims made there hold there only."""
    world = run.world
    before = world.path
    value: Value | None = None
    first: Any = None
    for path, choice in known_choices(callee):
        if any((condition, not taken) in before for condition, taken in path):
            continue
        world.path = before | path
        found = run.call(choice, call)
        value = found if value is None else join(world, first, value, world.path, found)
        first = world.path if first is None else first
    world.path = before
    return world.unknown() if value is None else value


@handles(CALLS, Method)
def _method(run: Run, callee: Method, call: Call) -> Value:
    owner, name = callee.owner, callee.name
    if isinstance(owner, Super):
        return _super_method(run, owner, name, call)
    if isinstance(owner, Instance) and (own := instance_attribute(run, owner, name, call.place)) is not None:
        return run.call(own, call)
    return _library_method(run, owner, name, call)


def _library_method(run: Run, owner: Value, name: str, call: Call) -> Value:
    """A method of a library's class, whatever the program's own classes make of it."""
    if isinstance(owner, Weight):
        sizes = name in ("size", "dim", "numel", "ndimension")
        return _library_method(run, twin(owner), name, call) if sizes else of_method(run.world, owner, name, call)
    for path in _paths(run, owner, name):
        operation = OPERATIONS.get(path)
        if operation is not None:
            # A tensor's first text is its receiver, as its first argument is.
            texts = (_receiver_text(call), *call.texts)
            return operation(
                run.world, Call(path, (owner, *call.args), call.kwargs, call.place, texts, call.open_ended)
            )
    note_unfollowed(run.world, call)
    return run.world.unknown()


def _receiver_text(call: Call) -> str:
    return call.place.text.partition("(")[0].rpartition(".")[0]


_KINDS = {
    Tensor: ("Tensor",),
    OpenTensor: ("Tensor",),
    Unknown: ("Tensor",),
    Packed: ("Packed",),
    ListRef: ("list",),
    DictRef: ("dict",),
    Tuple: ("tuple",),
    Const: ("str",),
    Num: ("Tensor",),
    Shape: ("Shape", "tuple"),
}


def _paths(run: Run, owner: Value, name: str) -> list[str]:
    if isinstance(owner, Layer):
        known = known_method(owner.spec.path, name)
        return [known] if known else []
    if isinstance(owner, Instance):
        return [known for base in library_bases(run, owner.cls) if (known := known_method(base, name))]
    return [f"{kind}.{name}" for kind in _KINDS.get(type(owner), ())]


def _super_method(run: Run, owner: Super, name: str, call: Call) -> Value:
    """`super().__init__(...)` and `super().forward(...)` of a class that derives from a library layer."""
    if name == "__init__":
        build_base(run, owner, call)
        return NONE
    inner = inner_layer(run, owner.owner)
    if inner is None or name not in ("forward", "call", "__call__"):
        return (
            _library_method(run, owner.owner, name, call) if isinstance(owner.owner, Instance) else run.world.unknown()
        )
    return run.call(inner, call)
