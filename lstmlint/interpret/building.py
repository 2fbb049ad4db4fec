"""Building layers: a library class of the catalogue, its arguments bound by name, and what did not fit."""

from __future__ import annotations

from lstmlint.catalogue.lookup import layer_spec
from lstmlint.catalogue.spec import LayerSpec
from lstmlint.events import Built
from lstmlint.interpret.attributes import LAYER, stored_attributes
from lstmlint.interpret.contents import CONTAINERS, CONTENT
from lstmlint.interpret.definitions import ancestry
from lstmlint.interpret.registry import OPERATIONS, Call
from lstmlint.interpret.run import Run
from lstmlint.values import Class, External, Instance, Layer, Super, Unknown, Value
from lstmlint.world import World


def build(world: World, path: str, call: Call) -> Layer | None:
    """The layer that a call of a library class builds; None where the catalogue does not know the class."""
    spec = layer_spec(path, world.versions)
    if spec is None:
        return None
    arguments, foreign = _bind(spec, call, spec.formerly if world.keras.before(3) else ())
    layer = Layer(
        world.number(),
        spec,
        tuple(arguments.items()),
        call.place,
        call.open_ended,
        path=world.path,
        written=call.partial,
    )
    keywords = tuple(call.kwargs.items())
    world.emit(
        Built(
            place=call.place,
            layer=layer,
            positional=call.args,
            positional_texts=call.texts,
            keywords=keywords,
            foreign=foreign,
            owner=world.target,
        )
    )
    return layer


def _bind(spec: LayerSpec, call: Call, formerly: tuple[str, ...]) -> tuple[dict[str, Value], tuple[str, ...]]:
    """A constructor's arguments by parameter name, and the keywords that it does not take.

    One that is nearly spelt right counts as it is meant: what follows from leaving it out would be told of twice.
    """
    arguments = {parameter.name: value for parameter, value in zip(spec.parameters, call.args, strict=False)}
    foreign = []
    for name, value in call.kwargs.items():
        if spec.takes(name) or name in formerly:
            arguments[name] = value
        else:
            foreign.append(name)
            spelt = spec.spelt(name)
            if spelt is not None:
                arguments.setdefault(spelt, value)
    return arguments, tuple(foreign)


def build_base(run: Run, owner: Super, call: Call) -> None:
    """`super().__init__(...)` of an object whose class derives from a library layer: the object is that layer."""
    receiver = owner.owner
    if isinstance(receiver, Instance):
        line = ancestry(run, receiver.cls)
        build_library_base(run, receiver, line[line.index(owner.after) + 1 :] if owner.after in line else line, call)


def build_library_base(run: Run, receiver: Instance, line: tuple[Value, ...], call: Call) -> None:
    """Builds the layer behind the first library class of a line of ancestors."""
    for ancestor in line:
        if isinstance(ancestor, Class):
            continue
        if isinstance(ancestor, External) and ancestor.path in CONTAINERS:
            made = run.library[f"builtins.{CONTAINERS[ancestor.path]}"](run.world, call)
            run.world.heap[receiver.address] = {**stored_attributes(run, receiver), CONTENT: made}
            return
        if isinstance(ancestor, External):
            operation = OPERATIONS.get(ancestor.path)
            named = Call(ancestor.path, call.args, call.kwargs, call.place, call.texts, call.open_ended)
            value = operation(run.world, named) if operation else build(run.world, ancestor.path, call)
            if value is not None:
                run.world.heap[receiver.address] = {**stored_attributes(run, receiver), LAYER: value}
                return


def inner_layer(run: Run, owner: Value) -> Value | None:
    """The library layer that an object of a derived class is, if its class derives from one."""
    return stored_attributes(run, owner).get(LAYER) if isinstance(owner, Instance) else None


def some_member(world: World, module: str) -> Unknown:
    """Something of a library's module, whose name is not known: `getattr(torch.nn, kind)`."""
    return world.unknown("member", module, world.unknown().root)


def module_of(member: Unknown) -> str:
    """The module that something unknown is of, empty where that is not known."""
    root = member.root
    return str(root[1]) if isinstance(root, tuple) and root[:1] == ("member",) else ""
