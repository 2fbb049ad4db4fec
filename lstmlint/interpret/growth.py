"""Lists that a loop of many rounds changes: how many items they have at its end.

The interpreter runs a few rounds of such a loop. A list that every round appends to alike is longer by so many items
for each round. That the rounds that are not run append as many is taken from the loop's text: the appends are
statements of its body that no condition stands over, nothing else there names the list, and no round can be cut short.
Of any other list that the loop's text changes, nobody knows the length, whatever the rounds that were run did to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

import libcst as cst

from lstmlint.interpret.counting import count_of
from lstmlint.interpret.run import Run
from lstmlint.interpret.scope import Frame
from lstmlint.interpret.torch.gradients import is_unrecorded
from lstmlint.lean import dataclass
from lstmlint.sizes import Size
from lstmlint.values import Instance, ListRef, Value
from lstmlint.world import World

_CUT_SHORT = re.compile(r"\b(?:break|continue|return|raise|yield|await|del|globals|locals|exec|eval)\b")
_APPEND = "append"
_CHANGING = frozenset((_APPEND, "appendleft", "extend", "insert", "pop", "popleft", "remove", "clear", "add", "update"))
_OTHERWISE = "under a condition, or in another way"


@dataclass(frozen=True)
class Growing:
    """A list that is appended to, so often in each round, and how many items it had before the loop."""

    ref: ListRef
    each: Size
    before: Size

    def after(self, rounds: Size) -> Size:
        """How many items it has after so many rounds."""
        return self.before + self.each * rounds


class Growth:
    """The lists that a loop changes, while it runs."""

    def __init__(self, world: World, changed: Iterable[ListRef], growing: Iterable[Growing]) -> None:
        self.world = world
        self.changed = set(changed)
        self.growing = list(growing)
        self.rounds = 0

    def note(self, is_whole: bool) -> None:
        """Tells of the end of a round, and whether it came to the end of the loop's body."""
        self.rounds += 1
        self.growing = [one for one in self.growing if is_whole and self._has_after(one, Size.of(self.rounds))]

    def _has_after(self, one: Growing, rounds: Size) -> bool:
        return self.world.length_of(one.ref) == one.after(rounds)

    def settle(self, rounds: Size | None) -> None:
        """Gives each list the length that it has after so many rounds; where some were run, they stand for all."""
        lengths = dict.fromkeys(self.changed, None) | {
            one.ref: one.after(rounds)
            for one in self.growing
            if rounds is not None and self.rounds and (one.before == Size.of(0) or (rounds.minimum or -1) >= 0)
        }
        for ref, length in lengths.items():
            if not self.world.is_open(ref) or self.world.length_of(ref) != length:
                self.world.set_items(ref, self.world.items(ref), True, length)


@contextmanager
def growth(
    run: Run, frame: Frame, node: cst.For | cst.While, source: Value | None = None, is_whole: bool = False
) -> Iterator[Growth]:
    """Gives the lists that a loop changes their lengths, at its end.

    `source` is what it goes over; `is_whole`: all of its rounds are run. Then it is known what they do, unless one may
    have been cut short: what is interpreted behind a `break` or `continue` that may be reached is that it was not.
    """
    around, run.is_cut_short = run.is_cut_short, False
    changes = _changes(node.body, is_sure=True)
    rounds = count_of(run.world, source) if changes and not is_whole else None
    changed: dict[str, list[str]] = {}
    for name, method in changes:
        changed.setdefault(name, []).append(method)
    refs = {name: ref for name in changed if (ref := _list(run.world, frame, name)) is not None}
    growing = [] if rounds is None or not isinstance(node, cst.For) else _growing(run.world, frame, node, changed, refs)
    found = Growth(run.world, refs.values(), growing)
    yield found
    is_known, run.is_cut_short = is_whole and not run.is_cut_short, around
    if not is_known:
        found.settle(rounds if count_of(run.world, source) == rounds else None)


def forget(run: Run, frame: Frame, body: cst.BaseSuite) -> None:
    """Of the lists that a block changes nobody knows the length: it may have been left anywhere."""
    refs = [_list(run.world, frame, name) for name, _ in _changes(body, is_sure=False)]
    Growth(run.world, [ref for ref in refs if ref is not None], ()).settle(None)


def _growing(
    world: World, frame: Frame, node: cst.For, changed: dict[str, list[str]], refs: dict[str, ListRef]
) -> list[Growing]:
    """The lists that each round of a loop appends to alike, by the loop's text."""
    plain = {name: len(methods) for name, methods in changed.items() if name in refs and {*methods} == {_APPEND}}
    text = f"{_text(frame, node.target)} {_text(frame, node.body)}" if plain else ""
    if not plain or _CUT_SHORT.search(text):
        return []
    found = []
    for name, count in plain.items():
        before = world.length_of(refs[name])
        is_only = list(refs.values()).count(refs[name]) == 1 and _is_named_only(name, text, count)
        if is_only and before is not None:
            found.append(Growing(refs[name], Size.of(count), before))
    return found


@lru_cache(maxsize=256)
def _changes(body: cst.BaseSuite, is_sure: bool) -> tuple[tuple[str, str], ...]:
    """What a block changes and how: `append` for an append that is sure to happen once.

    A loop inside others asks in each of their rounds, and for each of them.
    """
    found = _in_order(body, is_sure)
    return tuple(found) if is_sure else tuple(dict.fromkeys(found))


def _in_order(body: cst.BaseSuite, is_sure: bool) -> Iterator[tuple[str, str]]:
    for statement in body.body:
        if isinstance(statement, cst.SimpleStatementLine):
            yield from _of_simple(statement.body, is_sure)
        elif isinstance(statement, cst.BaseSmallStatement):
            yield from _of_simple((statement,), is_sure)
        elif isinstance(statement, cst.With):
            stays = all(is_unrecorded(_dotted(one.item)) for one in statement.items)
            yield from _changes(statement.body, is_sure and stays)
        elif not isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            for block in _blocks(statement):
                yield from _changes(block, is_sure=False)


def _blocks(statement: cst.CSTNode) -> Iterator[cst.BaseSuite]:
    """The blocks of a compound statement."""
    for part in (statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        body = getattr(part, "body", None)
        if isinstance(body, cst.BaseSuite):
            yield body
        for name in ("orelse", "finalbody"):
            behind = getattr(part, name, None)
            if isinstance(behind, (cst.Else, cst.Finally)):
                yield behind.body
            elif isinstance(behind, cst.If):
                yield from _blocks(behind)


def _of_simple(statements: Sequence[cst.BaseSmallStatement], is_sure: bool) -> Iterator[tuple[str, str]]:
    for small in statements:
        if isinstance(small, cst.AugAssign):
            yield _dotted(small.target), _OTHERWISE
        call = small.value if isinstance(small, (cst.Expr, cst.Assign)) else None
        if isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute) and call.func.attr.value in _CHANGING:
            is_append = is_sure and isinstance(small, cst.Expr) and call.func.attr.value == _APPEND
            yield _dotted(call.func.value), _APPEND if is_append else _OTHERWISE


def _dotted(node: cst.CSTNode) -> str:
    """A name, or a name with attributes; "" for anything else. A call of one without arguments is written so too."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Call):
        return "" if node.args else _dotted(node.func)
    before = _dotted(node.value) if isinstance(node, cst.Attribute) else ""
    return f"{before}.{node.attr.value}" if isinstance(node, cst.Attribute) and before else ""


def _text(frame: Frame, node: cst.CSTNode) -> str:
    assert frame.unit is not None
    return frame.unit.text(node)


def _list(world: World, frame: Frame, name: str) -> ListRef | None:
    """The list that a variable or an attribute of a variable is."""
    variable, _, attribute = name.partition(".")
    value = frame.variables.get(variable)
    if attribute:
        stored = world.heap.get(value.address) if isinstance(value, Instance) else None
        value = stored.get(attribute) if isinstance(stored, dict) else None
    return value if isinstance(value, ListRef) else None


def _is_named_only(name: str, text: str, count: int) -> bool:
    """True where a loop names a list only to append to it; of an object's, where the object is not handed on either."""
    variable, _, attribute = name.partition(".")
    if attribute and re.search(rf"\b{re.escape(variable)}(?:\b(?!\.\w)|\.\w+\()", text):
        return False
    return len(re.findall(rf"\b{re.escape(attribute or variable)}\b", text)) == count
