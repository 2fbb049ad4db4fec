"""Which rules run: names, codes and prefixes of codes, from the configuration and then from the command line.

Each layer chooses or takes away. A more precise selector wins over a less precise one of the same layer, so that
`--ignore LST1 --select LST101` runs LST101; of two equally precise ones, ignoring wins. A layer that selects starts
afresh: `--select LST101` on the command line does not care what a configuration ignores.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from lstmlint.engine.errors import UsageError, unknown_rule
from lstmlint.lean import dataclass
from lstmlint.rulebook import Rule, RuleBook

EVERYTHING = "ALL"
_EXACT = 100


@dataclass(frozen=True)
class Layer:
    """Selectors of one source; `origin` says which, for messages. `select` None: what was selected before."""

    origin: str
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


def resolve(selector: str, book: RuleBook, origin: str) -> tuple[int, tuple[Rule, ...]]:
    """The rules that a selector means and how precise it is; one that means nothing is a usage error."""
    rule = book.find(selector)
    if rule is not None:
        return _EXACT, (rule,)
    if selector.upper() == EVERYTHING:
        return 0, book.rules
    rules = book.begins_with(selector) if selector else ()
    if not rules:
        raise UsageError(f"{origin}: {unknown_rule(selector, book)}")
    return len(selector), rules


@lru_cache(maxsize=64)
def selected(layers: tuple[Layer, ...], book: RuleBook) -> frozenset[str]:
    """The names of the rules that layers leave, the first layer being the weakest.

    A file that cannot be read or parsed is always worth knowing: those two rules need no selecting, only ignoring.
    """
    names = {rule.name for rule in book.rules}
    for layer in layers:
        if layer.select is not None:
            names = {rule.name for rule in book.rules if rule.is_tool and rule.severity.name == "ERROR"}
        for rule, chosen in _choices(layer, book):
            (names.add if chosen else names.discard)(rule.name)
    return frozenset(names)


def _choices(layer: Layer, book: RuleBook) -> Iterator[tuple[Rule, bool]]:
    """Rules with whether they are chosen, the least precise selectors first: later ones override."""
    wanted = [(selector, True) for selector in (*(layer.select or ()), *layer.extend_select)]
    unwanted = [(selector, False) for selector in layer.ignore]
    resolved = [(*resolve(selector, book, layer.origin), chosen) for selector, chosen in (*wanted, *unwanted)]
    for _, rules, chosen in sorted(resolved, key=lambda item: (item[0], not item[2])):
        yield from ((rule, chosen) for rule in rules)


def names_of(selectors: Iterable[str], book: RuleBook, origin: str) -> frozenset[str]:
    """The names of all rules that any of some selectors means."""
    return frozenset(rule.name for selector in selectors for rule in resolve(selector, book, origin)[1])
