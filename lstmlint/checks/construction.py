"""When a layer is built: once, with its model, or anew in every forward pass."""

from __future__ import annotations

from lstmlint.events import Built, Event, Inside

FORWARD = ("forward", "__call__")
ONCE = {"torch": ("__init__",), "keras": ("__init__", "build")}
"""The methods of a module that run once, by framework."""


def under_way(event: Event, framework: str = "torch") -> tuple[Inside, ...]:
    """The calls from a torch module's forward, or a Keras layer's call, on in which something happened."""
    return event.during(*FORWARD) if framework == "torch" else event.during_call()


def is_built_each_time(built: Built) -> bool:
    """True for a layer that a module's forward, or a Keras layer's call, builds, under no condition.

    What a condition guards may be built once and kept. A module built in a forward pass builds its layers in its
    own `__init__`, which is reported for the module's class where it is wrong, not here.
    """
    framework = built.layer.spec.framework
    calls = under_way(built, framework)
    if not calls or any(call.function in ONCE.get(framework, ()) for call in calls):
        return False
    start = calls[0].path
    guarded = built.under or any(call.under for call in calls[1:])
    return not guarded and all(call.path == start for call in calls) and built.path == start
