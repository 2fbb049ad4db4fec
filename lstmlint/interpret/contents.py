"""Objects that are lists or dictionaries, since their classes derive from these: what they hold is kept beside them."""

from __future__ import annotations

from lstmlint.interpret.definitions import find_method, library_bases
from lstmlint.interpret.run import Run
from lstmlint.values import Class, Instance, Value

CONTENT = "<content>"
"""The attribute that holds the list or dictionary which an object of a derived class is."""
CONTAINERS = {
    **dict.fromkeys(("builtins.dict", "collections.OrderedDict", "collections.UserDict", "typing.Dict"), "dict"),
    **dict.fromkeys(("builtins.list", "collections.UserList", "typing.List"), "list"),
}
"""Library classes whose objects are lists or dictionaries."""


def content_of(run: Run, owner: Value, method: str) -> Value:
    """The list or dictionary that an object is, unless its class has a special method of its own for that.

    Any other value is its own content.
    """
    stored = run.world.heap.get(owner.address) if isinstance(owner, Instance) else None
    if not isinstance(owner, Instance) or not isinstance(stored, dict) or CONTENT not in stored:
        return owner
    content: Value = stored[CONTENT]
    return content if find_method(run, owner.cls, method) is None else owner


def before_construction(run: Run, cls: Class) -> dict[str, Value]:
    """The attributes of a new object: if it is a list or dictionary, one that may hold anything."""
    kind = next((CONTAINERS[base] for base in library_bases(run, cls) if base in CONTAINERS), None)
    if kind is None:
        return {}
    return {CONTENT: run.world.new_dict({}, True) if kind == "dict" else run.world.new_list((), True)}
