"""Objects taken for dictionaries of their attributes: `asdict(options)`, `vars(options)`, `options.__dict__`."""

from __future__ import annotations

from dataclasses import replace

from lstmlint.interpret.attributes import LAYER, class_attribute, class_attributes, stored_attributes
from lstmlint.interpret.contents import CONTENT
from lstmlint.interpret.definitions import ancestry
from lstmlint.interpret.registry import Call
from lstmlint.interpret.run import Run
from lstmlint.values import ANY, Class, Const, DictRef, Instance, ListRef, Num, OneOf, Tuple, Value

DEPTH = 4
"""How deep objects inside objects are followed."""


def fields_of(run: Run, cls: Class) -> list[str]:
    """The fields of a dataclass in the order of its constructor, those of its bases first."""
    fields: list[str] = []
    for ancestor in reversed(ancestry(run, cls)):
        if isinstance(ancestor, Class):
            class_attributes(run, run.cls(ancestor))
            fields += [name for name in run.cls(ancestor).fields if name not in fields]
    return fields


def as_dictionary(run: Run, call: Call) -> Value:
    """`dataclasses.asdict(options)`: the fields in order, those inside it as dictionaries, too."""
    given = call.arg(0, "obj", "inst")
    return _as_entries(run, given, DEPTH) if _is_record(run, given) and given is not None else run.world.unknown()


def attributes_of(run: Run, call: Call) -> Value:
    """`vars(options)`: what was assigned to an object's attributes, a dataclass's fields first."""
    given = call.arg(0)
    if isinstance(given, DictRef):  # a namespace
        return given
    if not isinstance(given, Instance):
        return run.world.unknown()
    stored = stored_attributes(run, given)
    fields = _fields(run, given) if _is_record(run, given) else {}
    own = {name: value for name, value in stored.items() if name not in (ANY, LAYER, CONTENT)}
    return run.world.new_dict({**fields, **own}, ANY in stored)


def _is_record(run: Run, value: Value | None) -> bool:
    """True for an object of a dataclass all of whose bases are seen, or are of libraries."""
    if not isinstance(value, Instance):
        return False
    own = [run.cls(each) for each in ancestry(run, value.cls) if isinstance(each, Class)]
    return any(info.is_dataclass for info in own) and all(info.has_known_bases for info in own)


def _fields(run: Run, owner: Instance) -> dict[str, Value]:
    """The fields of a dataclass's object by name. What nobody gave is assumed: others may make one that has it."""
    stored, found = stored_attributes(run, owner), {}
    for name in fields_of(run, owner.cls):
        value = stored.get(name)
        if value is None:
            value = class_attribute(run, owner.cls, name) or run.world.unknown("attribute", owner.address, name)
            value = replace(value, assumed=True) if isinstance(value, (Const, Num)) else value
        found[name] = value
    return found


def _as_entries(run: Run, value: Value, depth: int) -> Value:
    if isinstance(value, Instance) and _is_record(run, value) and depth:
        fields = _fields(run, value)
        return run.world.new_dict({name: _as_entries(run, each, depth - 1) for name, each in fields.items()})
    if isinstance(value, Tuple):
        return replace(value, items=tuple(_as_entries(run, each, depth) for each in value.items))
    is_whole = isinstance(value, (Const, Num, DictRef, ListRef, OneOf))
    return value if is_whole or not isinstance(value, Instance) else run.world.unknown()
