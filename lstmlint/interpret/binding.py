"""Arguments meet parameters: positions, keywords, defaults, `*args` and `**kwargs`."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from lstmlint.interpret.annotations import claim_annotation
from lstmlint.interpret.definitions import Nowhere
from lstmlint.interpret.keras.arrays import name_arrays, name_lists
from lstmlint.interpret.registry import Call
from lstmlint.interpret.run import Run
from lstmlint.interpret.scope import Frame, FunctionInfo
from lstmlint.interpret.shapes import name_sizes
from lstmlint.syntax.parse import NodePlace
from lstmlint.values import Const, Num, Value


def bind_arguments(run: Run, frame: Frame, info: FunctionInfo, node: cst.FunctionDef | cst.Lambda, call: Call) -> None:
    """Fills a new frame's variables with a call's arguments; what is not given and has no default is unknown."""
    given = list(call.args)
    if frame.receiver is not None and isinstance(node, cst.FunctionDef):
        given.insert(0, frame.receiver)
    keywords = dict(call.kwargs)
    parameters = node.params
    positional = [*parameters.posonly_params, *parameters.params]
    for number, parameter in enumerate(positional):
        name = parameter.name.value
        if number < len(given):
            value = given[number]
            keywords.pop(name, None)
        else:
            value = _by_name(run, frame, info, parameter, keywords, call)
        _bind(run, frame, parameter, value)
    for parameter in parameters.kwonly_params:
        _bind(run, frame, parameter, _by_name(run, frame, info, parameter, keywords, call))
    if run.world.ports:
        _name_arrays(run, frame, info, [*positional, *parameters.kwonly_params])
    if isinstance(parameters.star_arg, cst.Param):
        rest = given[len(positional) :]
        frame.variables[parameters.star_arg.name.value] = run.world.new_list(rest, _may_get_more(call))
    if parameters.star_kwarg is not None:
        frame.variables[parameters.star_kwarg.name.value] = run.world.new_dict(dict(keywords), _may_get_more(call))


def _name_arrays(run: Run, frame: Frame, info: FunctionInfo, parameters: list[cst.Param]) -> None:
    def place(number: int) -> NodePlace:
        return run.at(frame, parameters[number].name)

    names = tuple(parameter.name.value for parameter in parameters)
    values = [frame.variables[name] for name in names]
    found = name_lists(run.world, info.name, names, name_arrays(run.world, names, values, place), place)
    frame.variables.update(zip(names, found, strict=True))


def _may_get_more(call: Call) -> bool:
    """True where `*args` and `**kwargs` may hold more than is known: also where nobody in the file makes the call."""
    return call.open_ended or isinstance(call.place, Nowhere)


def _by_name(
    run: Run, frame: Frame, info: FunctionInfo, parameter: cst.Param, keywords: dict[str, Value], call: Call
) -> Value:
    """An argument that stands at no position. A default is only assumed where nobody in the file makes the call."""
    name = parameter.name.value
    if name in keywords:
        return keywords.pop(name)
    if parameter.default is None or call.open_ended:
        return run.world.unknown("parameter", info.ident, name, frame.context)
    value = _default(run, frame, info, parameter.default)
    if isinstance(call.place, Nowhere) and isinstance(value, (Const, Num)):
        return replace(value, assumed=True)
    return value


def _default(run: Run, frame: Frame, info: FunctionInfo, node: cst.BaseExpression) -> Value:
    outside = Frame(info.closure.file, frame.unit, parent=info.closure, context=("default", info.ident))
    return run.evaluate(outside, node)


def _bind(run: Run, frame: Frame, parameter: cst.Param, value: Value) -> None:
    frame.variables[parameter.name.value] = value
    if isinstance(value, Num) and value.axis is not None and frame.unit is not None:
        name_sizes(run, (parameter.name.value,), (value,), frame.unit.place(parameter.name))
    if parameter.annotation is not None and frame.unit is not None:
        claim_annotation(run.world, value, parameter.annotation.annotation, frame.unit.place(parameter))
