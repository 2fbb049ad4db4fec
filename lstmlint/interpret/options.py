"""Options of a command line: what a program takes where nobody says otherwise."""

from __future__ import annotations

from collections.abc import Hashable

from lstmlint.interpret.registry import Call
from lstmlint.values import Const, Unknown, Value
from lstmlint.world import World


def note_option(world: World, callee: Unknown, call: Call) -> None:
    """Remembers the default of `parser.add_argument("--dropout", default=0.3)` by the option's name."""
    if _attribute(callee) != "add_argument":
        return
    default = call.kwargs.get("default")
    names = [value.value for value in call.args if isinstance(value, Const) and isinstance(value.value, str)]
    dest = call.kwargs.get("dest")
    name = dest.value if isinstance(dest, Const) else next((each for each in names if each.startswith("--")), None)
    if isinstance(name, str) and isinstance(default, Const):
        world.options[name.lstrip("-").replace("-", "_")] = default


def default_of(world: World, value: Value | None) -> Const | None:
    """What an option is that a program reads as an attribute, `args.dropout`, by its default; None for other values."""
    return world.options.get(_attribute(value))


def _attribute(value: Value | None) -> Hashable:
    """The name of the attribute that an unknown value was read from; None for other values."""
    root = value.root if isinstance(value, Unknown) else None
    return root[-1] if isinstance(root, tuple) and root[:1] == ("attribute",) else None
