"""What the program's own decorators make of its functions. Those of libraries leave a function as it is here."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from lstmlint.interpret.registry import Call
from lstmlint.interpret.run import Run
from lstmlint.interpret.scope import Frame, FunctionInfo
from lstmlint.syntax.index import ClassEntry, FunctionEntry
from lstmlint.values import Bound, Class, Function, Instance, Partial, Value


def decorated(run: Run, function: Function) -> Value:
    """What a function's name stands for: the function itself, or what its decorators gave instead of it.

    A decorator that nobody can follow counts as one that gives back what it gets.
    """
    info = run.function(function)
    if not info.decorators:
        return function
    if function.key not in run.decorated:
        run.decorated[function.key] = function  # while the decorators run, for one that calls what it decorates
        run.decorated[function.key] = _applied(run, function, info)
    return run.decorated[function.key]


def _applied(run: Run, function: Function, info: FunctionInfo) -> Value:
    parsed = info.syntax(run.syntax)
    node = None if parsed is None else parsed[0]
    if parsed is None or not isinstance(node, cst.FunctionDef):
        return function
    unit = parsed[1]
    bare = Function(run.key("bare", function.key), info.name)
    run.functions[bare.key] = replace(info, decorators=())
    found: Value = bare
    frame = Frame(info.closure.file, unit, parent=info.closure, context=("decorators", info.ident))
    for decorator in reversed(node.decorators):
        found = _apply(run, frame, decorator.decorator, found)
    return function if found == bare else found


def register(run: Run, module: Frame, entry: FunctionEntry | ClassEntry) -> None:
    """Applies a definition's decorators where it stands: they may note it, in a table of models by name, say.

    A class is what they return. What they make of a function is worked out where it is called.
    """
    parsed, value = run.syntax.decorators(module.file.source, entry.lines), run.find_name(run, module, entry.name)
    if parsed is not None and value is not None:
        decorators, unit = parsed
        frame = Frame(module.file, unit, parent=module, context=("decorators", entry.lines))
        found = value
        for decorator in reversed(decorators):
            found = _apply(run, frame, decorator.decorator, found)
        if isinstance(found, Class):
            module.variables[entry.name] = found


def _apply(run: Run, frame: Frame, decorator: cst.BaseExpression, value: Value) -> Value:
    """What a decorator of the program gives for what it gets; one of a library gives it back."""
    assert frame.unit is not None
    maker = run.evaluate(frame, decorator)
    if not isinstance(maker, (Function, Bound, Class, Partial)):
        return value
    made = run.call(maker, Call("", (value,), {}, frame.unit.place(decorator), ("",)))
    wanted = (Class,) if isinstance(value, Class) else (Function, Bound, Instance, Partial)
    return made if isinstance(made, wanted) else value


def as_method(info: FunctionInfo, call: Call) -> tuple[Call, Instance] | None:
    """A method's call that hands it its object: the call without it, and the object; None for other calls."""
    if info.owner is None or info.is_static or not call.args or not isinstance(call.args[0], Instance):
        return None
    return replace(call, args=call.args[1:], texts=call.texts[1:]), call.args[0]
