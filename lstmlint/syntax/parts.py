"""Which definitions and statements of a file have to do with each other.

A file of many models falls into parts that share nothing but imports and constants. What is true of one part is true
whatever the others hold, so each is interpreted by itself, and after an edit only the part that was edited.
"""

from __future__ import annotations

from collections.abc import Sequence

from lstmlint.syntax.index import Entry, Lines
from lstmlint.syntax.traits import Traits

Part = tuple[int, ...]
"""The numbers of entries of a file's top level, in their order."""


def parts(body: Sequence[Entry], traits: Sequence[Traits]) -> list[Part]:
    """The parts of a file.

    The first part is that of the statements, with all definitions that they lead to; it may be empty. The others hold
    definitions, and of the imports and constants those that they mention. Definitions that mention each other, or that
    mention the same one, are of the same part.
    """
    return _Division(body, traits).parts()


class _Division:
    """The entries of a file as they are brought together."""

    def __init__(self, body: Sequence[Entry], traits: Sequence[Traits]) -> None:
        self.body, self.traits = body, traits
        changed = frozenset().union(*(each.changed for each in traits))
        self.passive = {n for n, each in enumerate(traits) if each.is_passive and changed.isdisjoint(each.bound)}
        """Imports and constants: nothing binds their names anew."""
        self.part = list(range(len(body)))
        """For each entry, an earlier one of its part, or itself."""

    def parts(self) -> list[Part]:
        """What is left apart once all that mention each other are brought together."""
        active = [number for number in range(len(self.body)) if number not in self.passive]
        binding: dict[str, list[int]] = {}
        for number, each in enumerate(self.traits):
            for name in each.bound:
                binding.setdefault(name, []).append(number)
        owners = {name: [n for n in numbers if n not in self.passive] for name, numbers in binding.items()}
        for number in active:
            for name in self.traits[number].words & owners.keys():
                for owner in owners[name][:1]:
                    self._join(owner, number)
        statements = [number for number in active if isinstance(self.body[number], Lines)]
        for number in statements:
            self._join(statements[0], number)
        first = self._root(statements[0]) if statements else None
        groups: dict[int, list[int]] = {}
        for number in active:
            groups.setdefault(self._root(number), []).append(number)
        own = [] if first is None else groups.pop(first)
        found = [{*own, *self.passive}, *({*group, *self._needed(group, binding)} for group in groups.values())]
        return [tuple(sorted(numbers)) for numbers in found]

    def _join(self, one: int, other: int) -> None:
        self.part[self._root(other)] = self._root(one)

    def _root(self, number: int) -> int:
        while self.part[number] != number:
            self.part[number] = number = self.part[self.part[number]]
        return number

    def _needed(self, group: list[int], binding: dict[str, list[int]]) -> set[int]:
        """The imports and constants that some entries mention, and those that these mention."""
        found = {number for number in self.passive if "*" in self.traits[number].bound}
        pending = [*group, *found]
        while pending:
            for name in self.traits[pending.pop()].words & binding.keys():
                news = {number for number in binding[name] if number in self.passive} - found
                found |= news
                pending += news
        return found
