"""What the makers of random programs share: a random source, and a round of names of which none may be left out."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar

from lstmlint.interpret.registry import APPLICATIONS, OPERATIONS

Item = TypeVar("Item")
Shape = tuple[int, ...]

AMOUNT = "LSTMLINT_PROGRAMS"
"""The environment variable that says how many programs to make."""
_NAME = re.compile(r"\b(?:self\.)?[a-z]\d+\b")


def amount(usual: int) -> int:
    """How many programs to make: as many as the environment asks for."""
    return int(os.environ.get(AMOUNT, usual))


class Round:
    """Names that are handed out in turn, so many to each program, in an order that only looks random."""

    def __init__(self, *groups: Sequence[str], share: int = 4) -> None:
        """Groups of names, the first to be handed out first; `share`: how many a program gets."""
        self.names = [name for group in groups for name in Random(len(group)).sample(list(group), len(group))]
        self.share = share

    def of(self, number: int) -> list[str]:
        """The names of a program, by its number."""
        start = number * self.share
        return [self.names[place % len(self.names)] for place in range(start, start + self.share)]


@dataclass(frozen=True)
class Statement:
    """A statement of a program, and the names that it binds: a letter and a number, behind `self.` for an attribute."""

    text: str
    makes: tuple[str, ...]

    @property
    def needs(self) -> set[str]:
        """The names it mentions."""
        return set(_NAME.findall(self.text)) - set(self.makes)


def needed(statements: Iterable[Statement], name: str) -> list[Statement]:
    """The statements that lead to one tensor, in order: what a failure has to show."""
    wanted, found = {name}, []
    for statement in reversed(list(statements)):
        if wanted & set(statement.makes):
            wanted |= statement.needs
            found.append(statement)
    return found[::-1]


def modelled(keep: Callable[[str], bool]) -> list[str]:
    """The names of operations and layers that the interpreter has a model of, those that are kept."""
    return sorted(name for name in {*OPERATIONS, *APPLICATIONS} if keep(name))


def handler(name: str) -> str:
    """The name of the function that is a modelled operation."""
    known: Any = OPERATIONS.get(name) or APPLICATIONS[name]
    return str(known.__name__)
