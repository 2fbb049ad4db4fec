"""The checks: one file per rule, named like its page in the rule book, found by importing this package.

A check looks at one event (or one contradiction) of a finished run and yields findings. It never sees syntax.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from functools import cache

from lstmlint.checks.facts import Facts
from lstmlint.findings import Check, Finding
from lstmlint.modules import below
from lstmlint.world import World


@cache
def all_checks() -> tuple[Check, ...]:
    """Every declared check, in the order of the modules' names."""
    found = []
    for module in below(__name__, __path__):
        members = vars(importlib.import_module(module)).values()
        found += [member.check for member in members if isinstance(getattr(member, "check", None), Check)]
    return tuple(dict.fromkeys(found))


def find(world: World, checks: Iterable[Check]) -> list[tuple[str, Finding]]:
    """Runs checks over a finished run: pairs of the rule's name and a finding, in the order of checks and events."""
    facts = Facts(world)
    return [
        (check.rule, finding)
        for check in checks
        for event in facts.events(check.on)
        for finding in check.run(event, facts)
    ]
