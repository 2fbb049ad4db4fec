"""The patterns of `match`: whether a value is of a pattern, and what the pattern's names are bound to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import libcst as cst

from lstmlint.events import Unpacked
from lstmlint.interpret.conditions import Verdict, equal, identical, root_of
from lstmlint.interpret.iteration import elements
from lstmlint.interpret.kinds import is_instance
from lstmlint.interpret.run import Run
from lstmlint.interpret.scope import Frame
from lstmlint.values import (
    Const,
    DictRef,
    External,
    Instance,
    Layer,
    ListRef,
    Num,
    OneOf,
    OpenTensor,
    Packed,
    Shape,
    Tensor,
    Tuple,
    Unknown,
    Value,
)

_SELF = ("bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple")
"""Python's classes whose one positional pattern is matched with the value itself."""
_PLAIN = (Const, Num, Tensor, OpenTensor, Layer)
"""What no pattern of items matches; a tensor has items, but is no `collections.abc.Sequence`."""


def matches(run: Run, frame: Frame, pattern: cst.MatchPattern, value: Value) -> Verdict:
    """Whether a value is of a pattern, and the key of the question where that is not known."""
    if isinstance(value, OneOf):
        verdicts = {matches(run, frame, pattern, choice)[0] for _, choice in value.choices}
        return (verdicts.pop() if len(verdicts) == 1 else None), ("case", id(pattern), frame.context)
    if isinstance(pattern, cst.MatchAs):
        return (True, None) if pattern.pattern is None else matches(run, frame, pattern.pattern, value)
    if isinstance(pattern, cst.MatchOr):
        return _any(run, frame, [element.pattern for element in pattern.patterns], value)
    if isinstance(pattern, cst.MatchValue):
        wanted = run.evaluate(frame, pattern.value)
        verdict, key = equal(value, wanted)
        return verdict, key or ("case", id(pattern), frame.context)
    if isinstance(pattern, cst.MatchSingleton):
        return identical(value, run.evaluate(frame, pattern.value))
    parts = _parts(run, frame, pattern, value)
    if parts is None:
        return False, None
    verdicts = {matches(run, frame, inner, part)[0] for inner, part in parts}
    if False in verdicts:
        return False, None
    is_sure = None not in verdicts and _is_of_shape(run, frame, pattern, value)
    return (True, None) if is_sure else (None, ("case", id(pattern), root_of(value), frame.context))


def _any(run: Run, frame: Frame, patterns: list[cst.MatchPattern], value: Value) -> Verdict:
    verdicts = [matches(run, frame, pattern, value) for pattern in patterns]
    if any(verdict is True for verdict, _ in verdicts):
        return True, None
    keys = [key for verdict, key in verdicts if verdict is None]
    return (None, keys[0] if len(keys) == 1 else ("or", *keys)) if keys else (False, None)


def bind_pattern(run: Run, frame: Frame, pattern: cst.MatchPattern, value: Value) -> None:
    """Binds the names of a pattern that a value matches."""
    if isinstance(value, OneOf):
        kept = tuple(choice for choice in value.choices if matches(run, frame, pattern, choice[1])[0] is not False)
        if kept and len(kept) < len(value.choices):
            value = kept[0][1] if len(kept) == 1 else replace(value, choices=kept)
    if isinstance(pattern, cst.MatchAs):
        if pattern.name is not None:
            frame.variables[pattern.name.value] = value
        if pattern.pattern is not None:
            bind_pattern(run, frame, pattern.pattern, value)
        return
    if isinstance(pattern, cst.MatchOr):
        likely = [one.pattern for one in pattern.patterns if matches(run, frame, one.pattern, value)[0] is not False]
        for inner in likely[:1]:
            bind_pattern(run, frame, inner, value)
        return
    if isinstance(pattern, (cst.MatchList, cst.MatchTuple)):
        _tell_unpacked(run, frame, pattern, value)
    for inner, part in _parts(run, frame, pattern, value) or ():
        bind_pattern(run, frame, inner, part)
    rest = _rest(pattern)
    if rest is not None:
        frame.variables[rest] = _left_over(run, pattern, value)


def _is_of_shape(run: Run, frame: Frame, pattern: cst.MatchPattern, value: Value) -> bool:
    """True where a value surely has the parts that a pattern asks for."""
    if isinstance(pattern, cst.MatchClass):
        kind = run.evaluate(frame, pattern.cls)
        is_whole = not pattern.patterns or _is_matched_itself(kind)
        has_all = not pattern.kwds or isinstance(value, Instance)
        return is_whole and has_all and is_instance(run, value, kind) is True
    if isinstance(pattern, cst.MatchMapping):
        return isinstance(value, DictRef) and all(
            _key(run, frame, element) in run.world.entries(value) for element in pattern.elements
        )
    return isinstance(value, Tuple) or (isinstance(value, ListRef) and not run.world.is_open(value))


def _parts(
    run: Run, frame: Frame, pattern: cst.MatchPattern, value: Value
) -> list[tuple[cst.MatchPattern, Value]] | None:
    """The inner patterns and what each is matched with; None where a value surely is not of the pattern's shape."""
    if isinstance(pattern, (cst.MatchList, cst.MatchTuple)):
        return _items(run, frame, pattern, value)
    if isinstance(pattern, cst.MatchMapping):
        return _entries(run, frame, pattern, value)
    if isinstance(pattern, cst.MatchClass):
        return _attributes(run, frame, pattern, value)
    return []


def _items(
    run: Run, frame: Frame, pattern: cst.MatchList | cst.MatchTuple, value: Value
) -> list[tuple[cst.MatchPattern, Value]] | None:
    if isinstance(value, (*_PLAIN, DictRef)):
        return None
    before, after, is_starred = _around_star(pattern)
    count = len(before) + len(after)
    known = isinstance(value, (Tuple, ListRef, Shape))
    found, closed = elements(run, value, run.at(frame, pattern)) if known else ([], False)
    if closed and (len(found) < count if is_starred else len(found) != count):
        return None
    if not closed:
        found = [_part(run, value, number, found) for number in range(count)]
    return [*zip(before, found, strict=False), *zip(after, found[len(found) - len(after) :], strict=True)]


def _part(run: Run, value: Value, number: int, sample: Sequence[Value]) -> Value:
    if len(sample) == 1:
        return sample[0]
    root = value.root if isinstance(value, Unknown) else None
    return run.world.unknown() if root is None else run.world.unknown("part", root, number)


def _around_star(
    pattern: cst.MatchList | cst.MatchTuple,
) -> tuple[list[cst.MatchPattern], list[cst.MatchPattern], bool]:
    """The patterns before a `*rest` and those behind it, and whether there is one."""
    before: list[cst.MatchPattern] = []
    after: list[cst.MatchPattern] = []
    side = before
    for element in pattern.patterns:
        if isinstance(element, cst.MatchStar):
            side = after
        else:
            side.append(element.value)
    return before, after, side is after


def _entries(
    run: Run, frame: Frame, pattern: cst.MatchMapping, value: Value
) -> list[tuple[cst.MatchPattern, Value]] | None:
    if isinstance(value, (*_PLAIN, Tuple, ListRef)):
        return None
    entries = run.world.entries(value) if isinstance(value, DictRef) else {}
    found: list[tuple[cst.MatchPattern, Value]] = []
    for element in pattern.elements:
        key = _key(run, frame, element)
        if isinstance(value, DictRef) and key not in entries and not run.world.is_open_dict(value) and key is not None:
            return None
        found.append((element.pattern, entries.get(key, run.world.unknown())))
    return found


def _key(run: Run, frame: Frame, element: cst.MatchMappingElement) -> object:
    key = run.evaluate(frame, element.key)
    return key.value if isinstance(key, Const) else None


def _attributes(
    run: Run, frame: Frame, pattern: cst.MatchClass, value: Value
) -> list[tuple[cst.MatchPattern, Value]] | None:
    kind = run.evaluate(frame, pattern.cls)
    if is_instance(run, value, kind) is False:
        return None
    found: list[tuple[cst.MatchPattern, Value]] = []
    for element in pattern.patterns:
        found.append((element.value, value if _is_matched_itself(kind) else run.world.unknown()))
    place = run.at(frame, pattern)
    for keyword in pattern.kwds:
        found.append((keyword.pattern, run.attribute(value, keyword.key.value, place)))
    return found


def _is_matched_itself(kind: Value) -> bool:
    return isinstance(kind, External) and kind.path.removeprefix("builtins.") in _SELF


def _rest(pattern: cst.MatchPattern) -> str | None:
    """The name of `*rest` or `**rest`."""
    if isinstance(pattern, cst.MatchMapping):
        return None if pattern.rest is None else pattern.rest.value
    if isinstance(pattern, (cst.MatchList, cst.MatchTuple)):
        stars = [element for element in pattern.patterns if isinstance(element, cst.MatchStar)]
        return stars[0].name.value if stars and stars[0].name is not None else None
    return None


def _left_over(run: Run, pattern: cst.MatchPattern, value: Value) -> Value:
    """What a `*rest` or `**rest` is bound to."""
    if isinstance(pattern, cst.MatchMapping):
        return run.world.new_dict({}, open_ended=True)
    if isinstance(pattern, (cst.MatchList, cst.MatchTuple)) and isinstance(value, (Tuple, ListRef)):
        before, after, _ = _around_star(pattern)
        items = value.items if isinstance(value, Tuple) else run.world.items(value)
        closed = isinstance(value, Tuple) or not run.world.is_open(value)
        return run.world.new_list(items[len(before) : len(items) - len(after)] if closed else items, not closed)
    return run.world.new_list([run.world.unknown()], open_ended=True)


def _tell_unpacked(run: Run, frame: Frame, pattern: cst.MatchList | cst.MatchTuple, value: Value) -> None:
    if isinstance(value, (Tuple, Packed)):
        names = tuple(_names(frame, pattern))
        starred = any(isinstance(element, cst.MatchStar) for element in pattern.patterns)
        run.world.emit(Unpacked(place=run.at(frame, pattern), value=value, names=names, starred=starred))


def _names(frame: Frame, pattern: cst.MatchList | cst.MatchTuple) -> Iterator[str | tuple[str, ...]]:
    for element in pattern.patterns:
        inner = None if isinstance(element, cst.MatchStar) else element.value
        if isinstance(inner, (cst.MatchList, cst.MatchTuple)):
            yield tuple(_name(frame, one) for one in inner.patterns)
        else:
            yield _name(frame, element)


def _name(frame: Frame, element: cst.MatchSequenceElement | cst.MatchStar) -> str:
    assert frame.unit is not None
    return frame.unit.text(element.value if isinstance(element, cst.MatchSequenceElement) else element)
