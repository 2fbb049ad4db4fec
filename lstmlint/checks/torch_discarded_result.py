"""A statement that calls a tensor's method and drops what it returns: nothing happened."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lstmlint.checks.facts import Facts
from lstmlint.events import Discarded
from lstmlint.findings import Finding, check
from lstmlint.interpret.wording import shortened

_TRIES = re.compile(r"test|bench|profil|time|speed|warm|check|demo|show", re.IGNORECASE)
"""Functions that call something to see how it goes."""
_CONVERSIONS = frozenset(("to", "cuda", "cpu", "float", "double", "half", "long", "int", "type"))
_TWINS = """t transpose swapaxes swapdims squeeze unsqueeze masked_fill masked_scatter index_fill clamp clip add sub mul
    div relu sigmoid tanh exp log sqrt neg round detach"""
_IN_PLACE = frozenset(_TWINS.split())
"""Methods that have a twin that works in place."""


@check("torch-discarded-result", on=Discarded)
def nothing_is_done_with_it(discarded: Discarded, facts: Facts) -> Iterator[Finding]:
    """`x.permute(1, 0, 2)` as a statement in a function."""
    if not discarded.inside or any(_TRIES.search(call.function) for call in discarded.inside):
        return
    if any(isinstance(condition, tuple) and condition[:1] == ("try",) for condition, _ in discarded.path):
        return
    text = shortened(discarded.place.text)
    is_method = "." not in discarded.name
    subject = text.partition(f".{discarded.name}(")[0] if is_method else ""
    changed = f"`{subject}` stays as it is" if subject else "its arguments stay as they are"
    yield Finding(
        discarded.place,
        f"the result of `{text}` is dropped, and {changed}",
        cure=_cure(discarded.name, subject, text),
    )


def _cure(name: str, subject: str, text: str) -> str:
    if not subject:
        return f"assign it: `... = {text}`"
    cure = f"assign it: `{subject} = {text}`"
    if name in _IN_PLACE:
        return f"{cure}; `{subject}.{name}_(...)` works in place"
    return f"{cure}; only a module's `{name}` works in place" if name in _CONVERSIONS else cure
