"""Methods of lists, dictionaries, tuples and strings, and torch's containers of modules, which are the same thing."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

from lstmlint.interpret.counting import count_of
from lstmlint.interpret.registry import Call, operation
from lstmlint.sizes import Size
from lstmlint.values import ANY, NONE, Const, DictRef, Function, Instance, Layer, ListRef, OneOf, Tuple, Unknown, Value
from lstmlint.world import World

LONGEST = 64
"""Items that a list is followed to that is appended to."""
SAMPLE = 128
"""Items of different kinds that are kept of a list of unknown length."""


def as_key(value: Value, entries: Mapping[Hashable, Value]) -> tuple[Hashable, bool]:
    """What a value is as the key of one of some entries, and whether that is known."""
    if isinstance(value, Const):
        return value.value, True
    if _tells_itself(value) or _is_parameter(value):
        return value, True
    return ("any", len(entries)), False


def _is_parameter(value: Value) -> bool:
    """True for a parameter of a layer: whatever it holds, it is no other one."""
    root = value.root if isinstance(value, Unknown) else None
    return isinstance(root, tuple) and len(root) == 3 and root[0] == "attribute" and isinstance(root[1], int)


def keys_of(world: World, owner: DictRef) -> list[Value]:
    """The keys of a dictionary's known entries."""
    return [_key_of(world, key) for key in world.entries(owner)]


def _key_of(world: World, key: Hashable) -> Value:
    if isinstance(key, Value):
        return key
    return world.unknown() if isinstance(key, tuple) and key[:1] == ("any",) else Const(key)


def list_items(world: World, value: Value | None) -> tuple[tuple[Value, ...], bool]:
    """The items of a list or tuple and whether there may be more."""
    if isinstance(value, ListRef):
        return world.items(value), world.is_open(value)
    if isinstance(value, Tuple):
        return value.items, False
    if isinstance(value, DictRef):
        return tuple(keys_of(world, value)), world.is_open_dict(value)
    return (), True


def new_set(world: World, items: Sequence[Value], closed: bool) -> ListRef:
    """A set of some items. Two of which only the descriptions are known, and alike or not, may be equal or not."""
    distinct = dict.fromkeys(items)
    return world.new_list(distinct, not closed or (len(distinct) > 1 and not all(map(_tells_itself, distinct))))


def _tells_itself(value: Value) -> bool:
    """True for values that are equal only where their descriptions are."""
    return isinstance(value, (Const, Function, Instance, Layer))


@operation("torch.nn.ModuleList", "torch.nn.ParameterList")
def module_list(world: World, call: Call) -> Value:
    """nn.ModuleList(modules) behaves as a list of modules."""
    items: tuple[Value, ...] = ()
    more = False
    if call.args or "modules" in call.kwargs:
        items, more = list_items(world, call.arg(0, "modules"))
    ref = world.new_list(items, more, count_of(world, call.arg(0, "modules")))
    world.registered.add(ref.address)
    return ref


@operation("torch.nn.ModuleDict", "torch.nn.ParameterDict")
def module_dict(world: World, call: Call) -> Value:
    """nn.ModuleDict(modules) behaves as a dictionary of modules."""
    source = call.arg(0, "modules")
    if source is None:
        ref = world.new_dict({})
    elif isinstance(source, DictRef):
        ref = world.new_dict(world.entries(source), world.is_open_dict(source))
    else:
        ref = _dict_of_pairs(world, source)
    world.registered.add(ref.address)
    return ref


def _dict_of_pairs(world: World, source: Value) -> DictRef:
    items, more = list_items(world, source)
    entries: dict[object, Value] = {}
    for pair in items:
        if isinstance(pair, Tuple) and len(pair.items) == 2 and isinstance(pair.items[0], Const):
            entries[pair.items[0].value] = pair.items[1]
        else:
            more = True
    return world.new_dict(entries, more)


@operation(
    "torch.nn.Module.add_module",
    "torch.nn.Module.register_module",
    "torch.nn.Module.register_buffer",
    "torch.nn.Module.register_parameter",
)
def add_attribute(world: World, call: Call) -> Value:
    """`self.add_module(name, module)` and its kin: an attribute by another spelling."""
    owner, name, value = call.arg(0), call.arg(1, "name"), call.arg(2, "module", "tensor", "param")
    if isinstance(owner, Instance) and value is not None:
        set_named(world, owner, name, value)
    return NONE


def set_named(world: World, owner: Instance, name: Value | None, value: Value) -> None:
    """Sets an attribute by a name that is a value; several under names that are worked out are one if alike."""
    stored = world.heap.get(owner.address)
    attributes: dict[str, Value] = stored if isinstance(stored, dict) else {}
    key = name.value if isinstance(name, Const) and isinstance(name.value, str) else ANY
    if key == ANY and ANY in attributes and _kinds(attributes[ANY]).isdisjoint(_kinds(value)):
        value = world.unknown()
    world.heap[owner.address] = {**attributes, key: value}


def _kinds(value: Value) -> set[str]:
    """The families of the layers that a value may be, or what else it is."""
    if isinstance(value, OneOf):
        return {kind for _, choice in value.choices for kind in _kinds(choice)}
    return {value.spec.family if isinstance(value, Layer) else type(value).__name__}


@operation("list.append", "list.appendleft")
def append(world: World, call: Call) -> Value:
    """list.append(item): the list gets one more item; an open list keeps a sample of each kind."""
    owner, item = call.owner, call.arg(1, "module")
    if isinstance(owner, ListRef) and item is not None:
        items, is_open = world.items(owner), world.is_open(owner)
        length = longer(world, owner, Size.of(1))
        if not is_open or (len(items) < SAMPLE and item not in items):
            world.set_items(owner, (*items, item), is_open or len(items) > LONGEST, length)
        elif length is not None:
            world.set_items(owner, items, True, length)
    return NONE


def longer(world: World, owner: ListRef, more: Size | None) -> Size | None:
    """How many items a list has with so many more; None where one of the numbers is not known."""
    length = world.length_of(owner)
    return None if length is None or more is None else length + more


@operation("list.add", "list.update")
def add_to_set(world: World, call: Call) -> Value:
    """set.add(item) and set.update(items)."""
    owner, added = call.owner, call.arg(1, "module")
    items, more = ((added,), False) if call.name == "list.add" and added is not None else list_items(world, added)
    if isinstance(owner, ListRef):
        found = new_set(world, (*world.items(owner), *items), not world.is_open(owner) and not more)
        world.set_items(owner, world.items(found), world.is_open(found))
    return NONE


@operation("list.extend")
def extend(world: World, call: Call) -> Value:
    """list.extend(items)."""
    owner = call.owner
    items, more = list_items(world, call.arg(1))
    if isinstance(owner, ListRef):
        length = longer(world, owner, count_of(world, call.arg(1)))
        world.set_items(owner, (*world.items(owner), *items), world.is_open(owner) or more, length)
    return NONE


@operation("list.insert")
def insert(world: World, call: Call) -> Value:
    """list.insert(position, item)."""
    owner, position, item = call.owner, call.arg(1), call.arg(2)
    if isinstance(owner, ListRef) and item is not None:
        items, length = list(world.items(owner)), longer(world, owner, Size.of(1))
        known = isinstance(position, Const) and isinstance(position.value, int)
        items.insert(position.value if isinstance(position, Const) and known else 0, item)
        world.set_items(owner, items, world.is_open(owner) or not known, length)
    return NONE


@operation("list.pop", "list.popleft", "list.remove", "list.clear", "list.sort")
def shrink(world: World, call: Call) -> Value:
    """Methods that change a list in ways that are followed only as far as its last item."""
    owner = call.owner
    if not isinstance(owner, ListRef):
        return world.unknown()
    items = world.items(owner)
    if call.name == "list.clear":
        world.set_items(owner, (), False)
        return NONE
    if call.name == "list.pop" and len(call.args) == 1 and items and not world.is_open(owner):
        world.set_items(owner, items[:-1], False)
        return items[-1]
    world.set_items(owner, items, True, world.length_of(owner) if call.name == "list.sort" else None)
    return items[-1] if items and call.name.startswith("list.pop") else world.unknown()


@operation("list.copy", "list.reverse")
def copy_list(world: World, call: Call) -> Value:
    """list.copy() is a new list; list.reverse() turns it round in place."""
    owner = call.owner
    if not isinstance(owner, ListRef):
        return world.unknown()
    if call.name == "list.copy":
        return world.new_list(world.items(owner), world.is_open(owner), world.length_of(owner))
    world.set_items(owner, tuple(reversed(world.items(owner))), world.is_open(owner), world.length_of(owner))
    return NONE


@operation("dict.items")
def dict_items(world: World, call: Call) -> Value:
    """dict.items(): pairs."""
    owner = call.owner
    entries = world.entries(owner) if isinstance(owner, DictRef) else {}
    pairs = [Tuple((_key_of(world, key), value)) for key, value in entries.items()]
    return world.new_list(pairs, not isinstance(owner, DictRef) or world.is_open_dict(owner))


@operation("dict.values", "dict.keys")
def dict_values(world: World, call: Call) -> Value:
    """dict.values() and dict.keys()."""
    owner = call.owner
    entries = world.entries(owner) if isinstance(owner, DictRef) else {}
    values = entries.values() if call.name == "dict.values" else [_key_of(world, key) for key in entries]
    return world.new_list(values, not isinstance(owner, DictRef) or world.is_open_dict(owner))


@operation("dict.get", "dict.pop", "dict.setdefault")
def dict_get(world: World, call: Call) -> Value:
    """dict.get(key, default)."""
    owner, key = call.owner, call.arg(1)
    if not isinstance(owner, DictRef) or key is None:
        return world.unknown()
    entries = world.entries(owner)
    name, is_known = as_key(key, entries)
    if not is_known:
        return world.unknown()
    if name in entries:
        if call.name == "dict.pop":
            rest = {other: value for other, value in entries.items() if other != name}
            world.set_entries(owner, rest, world.is_open_dict(owner))
        return entries[name]
    if world.is_open_dict(owner):
        return world.unknown("item", owner.address, name)
    default = call.arg(2, "default")
    if call.name == "dict.setdefault" and default is not None:
        world.set_entries(owner, {**entries, name: default}, False)
    return NONE if default is None else default


@operation("dict.update")
def dict_update(world: World, call: Call) -> Value:
    """dict.update(other, **more)."""
    owner, other = call.owner, call.arg(1)
    if isinstance(owner, DictRef):
        entries: dict[object, Value] = dict(world.entries(owner))
        more = world.is_open_dict(owner) or call.open_ended
        if isinstance(other, DictRef):
            entries.update(world.entries(other))
            more = more or world.is_open_dict(other)
        elif other is not None:
            more = True
        entries.update(call.kwargs)
        world.set_entries(owner, entries, more)
    return NONE


@operation("dict.copy")
def dict_copy(world: World, call: Call) -> Value:
    """dict.copy()."""
    owner = call.owner
    return (
        world.new_dict(world.entries(owner), world.is_open_dict(owner))
        if isinstance(owner, DictRef)
        else world.unknown()
    )


@operation("str.lower", "str.upper", "str.strip", "str.title", "str.capitalize")
def change_case(world: World, call: Call) -> Value:
    """String methods without arguments that matter for `getattr(nn, kind.upper())`."""
    owner = call.owner
    if isinstance(owner, Const) and isinstance(owner.value, str):
        return Const(getattr(owner.value, call.name.partition(".")[2])(), owner.place, owner.assumed)
    return world.unknown()


@operation("str.startswith", "str.endswith", "str.replace", "str.split", "str.format", "str.join")
def string_method(world: World, call: Call) -> Value:
    """Further string methods, folded where every argument is a constant."""
    texts = [arg.value for arg in call.args if isinstance(arg, Const) and isinstance(arg.value, str)]
    if not texts or len(texts) < len(call.args) or call.kwargs:
        return world.unknown()
    owner, *rest = texts
    try:
        value = getattr(owner, call.name.partition(".")[2])(*rest)
    except (TypeError, ValueError, IndexError, KeyError):
        return world.unknown()
    if isinstance(value, list):
        return world.new_list([Const(part) for part in value])
    return Const(value)


@operation("tuple.index", "tuple.count", "list.index", "list.count", "dict.__contains__")
def number_of(world: World, call: Call) -> Value:
    """Methods whose number is not followed."""
    return world.unknown()
