"""Dataclasses whose methods are made when they are first called.

The standard decorator compiles half a dozen functions for every class while its module is imported. lstmlint has some
two hundred such classes, of which a run uses a third; making all of them would be a good part of what a hook costs.
Here a class gets each method when it is first asked for it, and `fields`, `replace` and the like work as ever.

That nothing assigns to a frozen object is what mypy watches over, and not the object, which is built faster so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(owner: type | None = None, /, **options: bool) -> type | Callable[[type], type]:
        """As `dataclasses.dataclass`, with its options `frozen`, `eq`, `repr` and `kw_only`."""
        if owner is not None:
            return _postpone(owner, options)
        return lambda owner: _postpone(owner, options)


__all__ = ["dataclass"]

_FIELDS = "__lean_fields__"
"""The attribute with the fields that a class adds to those of its bases."""
_OPTIONS = "__lean_options__"


class _Field(NamedTuple):
    name: str
    values: dict[str, Any]
    """Its `default` or `make`, which makes one; empty where it has none."""
    is_given: bool
    is_compared: bool
    is_shown: bool
    is_keyword: bool


class _Postponed:
    """Stands for something of a class that has not been made yet: whoever asks for it has it made."""

    def __init__(self, name: str, make: Callable[[type, str], None]) -> None:
        self.name, self.make = name, make

    def __get__(self, instance: object, owner: type) -> Any:
        for each in reversed(owner.__mro__):
            if each.__dict__.get(self.name) is self:
                self.make(each, self.name)
        return getattr(owner if instance is None else instance, self.name)


def _postpone(owner: type, options: dict[str, bool]) -> type:
    """The class with everything postponed that it does not define itself."""
    own = owner.__dict__
    wanted = [*_DESCRIPTIONS, _INIT]
    if options.get("repr", True):
        wanted.append(_REPR)
    if options.get("eq", True):
        wanted.append(_EQ)
        if options.get("frozen"):
            wanted.append(_HASH)
        elif "__hash__" not in own:
            owner.__hash__ = None  # type: ignore[assignment]
    for each in wanted:
        if own.get(each.name) is None:
            setattr(owner, each.name, each)
    setattr(owner, _OPTIONS, options)
    return owner


def _describe(owner: type, name: str) -> None:
    """Lets the standard decorator say what the fields are, for whoever asks its module."""
    from dataclasses import dataclass as described

    _own_fields(owner)
    for each in _DESCRIPTIONS:
        delattr(owner, each.name)
    owner.__doc__ = owner.__doc__ or owner.__name__  # else the signature is worked out
    described(init=False, repr=False, eq=False, kw_only=owner.__dict__[_OPTIONS].get("kw_only", False))(owner)


def _compile(owner: type, name: str) -> None:
    """Makes a method of a class."""
    names: dict[str, Any] = {"__name__": owner.__module__}
    exec("\n".join(_LINES[name](owner, names)), names)
    setattr(owner, name, names[name])


def _fields(owner: type) -> list[_Field]:
    """The fields of a class, those of its bases first."""
    found: dict[str, _Field] = {}
    for each in reversed(owner.__mro__):
        if _OPTIONS in each.__dict__:
            found.update({field.name: field for field in _own_fields(each)})
    return list(found.values())


def _own_fields(owner: type) -> list[_Field]:
    """The fields that a class adds, worked out once: describing them changes the class."""
    known: list[_Field] | None = owner.__dict__.get(_FIELDS)
    if known is None:
        known = [
            _field(name, owner.__dict__, owner.__dict__[_OPTIONS].get("kw_only", False))
            for name, kind in owner.__annotations__.items()
            if not kind.startswith("ClassVar")
        ]
        setattr(owner, _FIELDS, known)
    return known


def _field(name: str, own: Any, is_keyword: bool) -> _Field:
    from dataclasses import MISSING, Field

    said = own.get(name, MISSING)
    if not isinstance(said, Field):
        return _Field(name, {} if said is MISSING else {"default": said}, True, True, True, is_keyword)
    values = {} if said.default is MISSING else {"default": said.default}
    if said.default_factory is not MISSING:
        values["make"] = said.default_factory
    is_keyword = is_keyword if said.kw_only is MISSING else said.kw_only
    return _Field(name, values, said.init, said.compare, said.repr, is_keyword)


def _init(owner: type, names: dict[str, Any]) -> Iterator[str]:
    """The lines of `__init__`; `names` gets what they refer to."""
    fields = sorted(_fields(owner), key=lambda field: field.is_keyword)
    parameters, lines = ["self"], []
    names["missing"] = object()
    for field in fields:
        names.update({f"{kind}_{field.name}": value for kind, value in field.values.items()})
        made = f"make_{field.name}()" if "make" in field.values else f"default_{field.name}"
        value = field.name if field.is_given else made
        if field.is_given:
            if field.is_keyword and "*" not in parameters:
                parameters.append("*")
            default = "missing" if "make" in field.values else made
            parameters.append(f"{field.name}={default}" if field.values else field.name)
            if "make" in field.values:
                value = f"{made} if {field.name} is missing else {field.name}"
        if field.is_given or field.values:
            lines.append(f" self.{field.name} = {value}")
    yield f"def __init__({', '.join(parameters)}):"
    yield from lines or [" pass"]
    if hasattr(owner, "__post_init__"):
        yield " self.__post_init__()"


def _eq(owner: type, names: dict[str, Any]) -> Iterator[str]:
    yield "def __eq__(self, other):"
    yield " if other.__class__ is not self.__class__:"
    yield "  return NotImplemented"
    yield f" return {_compared('self', owner)} == {_compared('other', owner)}"


def _hash(owner: type, names: dict[str, Any]) -> Iterator[str]:
    yield "def __hash__(self):"
    yield f" return hash({_compared('self', owner)})"


def _compared(name: str, owner: type) -> str:
    return f"({''.join(f'{name}.{field.name}, ' for field in _fields(owner) if field.is_compared)})"


def _repr(owner: type, names: dict[str, Any]) -> Iterator[str]:
    shown = ", ".join(f"{field.name}={{self.{field.name}!r}}" for field in _fields(owner) if field.is_shown)
    yield "def __repr__(self):"
    yield f" return f'{{type(self).__qualname__}}({shown})'"


_LINES: dict[str, Callable[[type, dict[str, Any]], Iterator[str]]] = {
    "__init__": _init,
    "__repr__": _repr,
    "__eq__": _eq,
    "__hash__": _hash,
}
_INIT, _REPR, _EQ, _HASH = (_Postponed(name, _compile) for name in _LINES)
_DESCRIPTIONS = tuple(
    _Postponed(name, _describe) for name in ("__dataclass_fields__", "__dataclass_params__", "__match_args__")
)
