"""Options of a command line: what a program takes where nobody says otherwise."""

from __future__ import annotations

from lstmlint.interpret.registry import Call
from lstmlint.values import Const, Unknown, Value
from lstmlint.world import World


def note_option(world: World, callee: Unknown, call: Call) -> None:
    """Remembers the default of `parser.add_argument("--dropout", default=0.3)` by the option's name."""
    if not _is_attribute(callee, "add_argument"):
        return
    default = call.kwargs.get("default")
    names = [value.value for value in call.args if isinstance(value, Const) and isinstance(value.value, str)]
    dest = call.kwargs.get("dest")
    name = dest.value if isinstance(dest, Const) else next((each for each in names if each.startswith("--")), None)
    if isinstance(name, str) and isinstance(default, Const):
        world.options[name.lstrip("-").replace("-", "_")] = default


def default_of(world: World, value: Value | None) -> Const | None:
    """What an option is that a program reads as an attribute, `args.dropout`, by its default; None for other values."""
    if not isinstance(value, Unknown) or not isinstance(value.root, tuple) or value.root[:1] != ("attribute",):
        return None
    return world.options.get(value.root[-1])


def _is_attribute(value: Unknown, name: str) -> bool:
    return isinstance(value.root, tuple) and value.root[:1] == ("attribute",) and value.root[-1] == name
