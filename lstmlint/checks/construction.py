"""When a layer is built: once, with its model, or anew in every forward pass."""

from __future__ import annotations

from lstmlint.events import Built, Event, Inside

FORWARD = ("forward", "__call__")


def under_way(event: Event) -> tuple[Inside, ...]:
    """The calls from a torch module's forward on in which something happened; empty where none is under way."""
    return event.during(*FORWARD)


def is_built_each_time(built: Built) -> bool:
    """True for a layer that a module's forward builds, under no condition: not only the first time.

    What a condition guards may be built once and kept. A module built in a forward pass builds its layers in its
    own `__init__`, which is reported for the module's class where it is wrong, not here.
    """
    calls = under_way(built)
    if not calls or any(call.function == "__init__" for call in calls):
        return False
    start = calls[0].path
    guarded = built.under or any(call.under for call in calls[1:])
    return not guarded and all(call.path == start for call in calls) and built.path == start
