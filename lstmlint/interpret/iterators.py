"""What walks over other things: Python's own iterators, those of itertools, and functools.reduce."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice, pairwise, product

from lstmlint.events import Zipped
from lstmlint.interpret.conditions import truth
from lstmlint.interpret.counting import count_after, count_of, count_of_range, shortest, steady, total
from lstmlint.interpret.iteration import UNROLLED, elements
from lstmlint.interpret.keras.arrays import gathered
from lstmlint.interpret.registry import Call
from lstmlint.interpret.run import Run
from lstmlint.sizes import Opaque, Size
from lstmlint.values import (
    NONE,
    Const,
    ListRef,
    Num,
    Shape,
    Slice,
    Tensor,
    Tuple,
    Value,
    as_int,
    as_size,
    as_slice,
)

RANGE = 12
"""Ranges up to this long are known number by number."""


def _range(run: Run, call: Call) -> Value:
    bounds = [as_int(arg) for arg in call.args]
    if bounds and all(bound is not None for bound in bounds):
        numbers = range(*[bound for bound in bounds if bound is not None][:3]) if 0 not in bounds[2:] else range(0)
        if len(numbers) <= RANGE:
            return run.world.new_list([Const(number) for number in numbers])
    step = Num(Size.symbol(Opaque(("step", run.world.site, call.args))))
    length = None if call.open_ended else count_of_range(call.args)
    return run.world.new_list([step], open_ended=True, length=length)


def _enumerate(run: Run, call: Call) -> Value:
    items, closed = elements(run, call.args[0], call.place) if call.args else ([], False)
    start = as_int(call.arg(1, "start")) or 0
    if not closed:
        counter = Num(Size.symbol(Opaque(("step", run.world.site))))
        pairs = [Tuple((counter, item)) for item in items]
        return run.world.new_list(pairs, open_ended=True, length=count_of(run.world, call.arg(0)))
    return run.world.new_list([Tuple((Const(number + start), item)) for number, item in enumerate(items)])


def _zip(run: Run, call: Call) -> Value:
    columns = [elements(run, arg, call.place) for arg in call.args]
    if not columns:
        return _columns(run, call.rest) or run.world.new_list((), open_ended=True)
    closed = [items for items, known in columns if known]
    if call.open_ended:
        return run.world.new_list([run.world.unknown()], open_ended=True)
    if any(isinstance(arg, Tensor) for arg in call.args):
        length_of = run.library["builtins.len"]
        lengths = tuple(length_of(run.world, Call("builtins.len", (arg,), {}, call.place)) for arg in call.args)
        run.world.emit(Zipped(place=call.place, parts=call.args, lengths=lengths))
    counts = [len(items) for items in closed]
    length = shortest([count_of(run.world, arg) for arg in call.args])
    if closed and length is not None and length.known is not None:
        counts.append(length.known)
    count = min(counts, default=1)
    rows = []
    for number in range(min(count, UNROLLED)):
        row = tuple(items[min(number, len(items) - 1)] if items else run.world.unknown() for items, _ in columns)
        rows.append(Tuple(row))
    return run.world.new_list(rows, open_ended=not closed or count > UNROLLED, length=length)


def _columns(run: Run, rows: Value | None) -> Value | None:
    """`zip(*rows)` of a list of tuples that is known by samples: a list for each place; None for other things."""
    items = run.world.items(rows) if isinstance(rows, ListRef) else ()
    known = [item for item in items if isinstance(item, Tuple)]
    if (
        not isinstance(rows, ListRef)
        or not known
        or len({len(item.items) for item in known}) > 1
        or len(known) < len(items)
    ):
        return None
    length = run.world.length_of(rows)
    columns = zip(*(item.items for item in known), strict=True)
    return run.world.new_list([run.world.new_list(column, open_ended=True, length=length) for column in columns])


def _reversed(run: Run, call: Call) -> Value:
    items, closed = elements(run, call.args[0], call.place) if call.args else ([], False)
    length = count_of(run.world, call.arg(0))
    return run.world.new_list(list(reversed(items)), open_ended=not closed, length=length)


def _iterator(run: Run, call: Call) -> Value:
    source = call.arg(0)
    if not isinstance(source, (Tuple, Tensor, Shape)):
        return copied(run, call)
    items, closed = elements(run, source, call.place)
    return run.world.new_list(items, not closed, count_of(run.world, source))


def _next(run: Run, call: Call) -> Value:
    """One item, which the iterator then no longer has."""
    source = call.arg(0)
    items, closed = elements(run, source, call.place) if source is not None else ([], False)
    if isinstance(source, ListRef) and items:
        run.world.set_items(source, items[1:] if closed else items, not closed)
    return items[0] if items else run.world.unknown()


def _map(run: Run, call: Call) -> Value:
    if len(call.args) < 2:
        return run.world.unknown()
    items, closed = elements(run, call.args[1], call.place)
    found = [run.call(call.args[0], Call("", (item,), {}, call.place, ("",))) for item in items[:UNROLLED]]
    length = count_of(run.world, call.args[1]) if len(call.args) == 2 else None
    more = not closed or len(items) > UNROLLED or len(call.args) > 2
    return gathered(found) or run.world.new_list(found, open_ended=more, length=length)


def _chain(run: Run, call: Call) -> Value:
    items: list[Value] = []
    closed = not call.open_ended
    for arg in call.args:
        more, known = elements(run, arg, call.place)
        items += more
        closed = closed and known
    length = None if call.open_ended else total([count_of(run.world, arg) for arg in call.args])
    return run.world.new_list(items, open_ended=not closed, length=length)


def copied(run: Run, call: Call) -> Value:
    """A list of its own: one that changes, or an iterator that is used up, leaves the other as it is."""
    source, world = call.arg(0), run.world
    if not isinstance(source, ListRef) or source.address in world.registered:
        return source or run.world.unknown()
    found = world.new_list(world.items(source), world.is_open(source), world.length_of(source))
    if source.address in world.origins:
        world.origins[found.address] = world.origins[source.address]
    if source.address in world.unbound:
        world.unbound[found.address] = world.unbound[source.address]
    return found


def _filter(run: Run, call: Call) -> Value:
    """What a function says True to; the rest of what it may say True to counts as a sample."""
    if len(call.args) != 2:
        return run.world.unknown()
    function, source = call.args
    items, closed = elements(run, source, call.place)
    told = [truth(item if function == NONE else _asked(run, function, (item,), call)) for item in items[:UNROLLED]]
    kept = [item for item, answer in zip(items, told, strict=False) if answer is not False]
    return run.world.new_list(kept, open_ended=not closed or len(items) > UNROLLED or None in told)


def _asked(run: Run, function: Value, given: tuple[Value, ...], call: Call) -> Value:
    return run.call(function, Call("", given, {}, call.place, ("",) * len(given)))


def _starmap(run: Run, call: Call) -> Value:
    if len(call.args) != 2:
        return run.world.unknown()
    rows, closed = elements(run, call.args[1], call.place)
    found = [
        _asked(run, call.args[0], row.items, call) if isinstance(row, Tuple) else run.world.unknown()
        for row in rows[:UNROLLED]
    ]
    return run.world.new_list(found, not closed or len(rows) > UNROLLED, count_of(run.world, call.args[1]))


def _reduce(run: Run, call: Call) -> Value:
    """`functools.reduce(function, items, initial)`; of more items than are known only what stays as it is."""
    if not 1 < len(call.args) < 4:
        return run.world.unknown()
    items, closed = elements(run, call.args[1], call.place)
    values = [*call.args[2:], *items]
    if not values or len(values) > UNROLLED:
        return run.world.unknown()
    result = values[0]
    for item in values[1:] if closed or len(values) > 1 else values:
        result = _asked(run, call.args[0], (result, item), call)
    is_steady = isinstance(result, Tensor) and isinstance(values[0], Tensor) and result.axes == values[0].axes
    return result if closed or is_steady else run.world.unknown()


def _chain_from_iterable(run: Run, call: Call) -> Value:
    parts, closed = elements(run, call.args[0], call.place) if call.args else ([], False)
    found = [elements(run, part, call.place) for part in parts]
    closed = closed and all(known for _, known in found)
    return run.world.new_list([item for items, _ in found for item in items], open_ended=not closed)


def _pairwise(run: Run, call: Call) -> Value:
    """Neighbours; of a sample of one item nobody knows the neighbour."""
    items, closed = elements(run, call.args[0], call.place) if call.args else ([], False)
    pairs: list[Value] = [Tuple(pair) for pair in pairwise(items)]
    if not closed and not pairs:
        pairs = [run.world.unknown()]
    length = count_after(count_of(run.world, call.arg(0)), Slice(Const(1), None, None))
    return run.world.new_list(pairs, open_ended=not closed, length=length)


def _product(run: Run, call: Call) -> Value:
    columns = [elements(run, arg, call.place) for arg in call.args]
    rows = [Tuple(row) for row in islice(product(*(items for items, _ in columns)), UNROLLED + 1)]
    closed = all(known for _, known in columns) and "repeat" not in call.kwargs and not call.open_ended
    return run.world.new_list(rows[:UNROLLED], open_ended=not closed or len(rows) > UNROLLED)


def slice_of(given: Sequence[Value]) -> Slice:
    """One to three arguments as Python's `slice` reads them: the end, or the start, the end and the step."""
    bounds = [None if bound == NONE else bound for bound in given]
    return Slice(None, bounds[0], None) if len(bounds) == 1 else Slice(*bounds, *([None] * (3 - len(bounds))))


def _islice(run: Run, call: Call) -> Value:
    """`itertools.islice(source, stop)`, or with start, stop and step; where no end is known, a sample."""
    if len(call.args) < 2:
        return run.world.unknown()
    source, cut = call.args[0], slice_of(call.args[1:4])
    items, closed = elements(run, source, call.place)
    known = as_slice(cut)
    if closed and known is not None:
        return run.world.new_list(items[known])
    return run.world.new_list(items, open_ended=True, length=count_after(count_of(run.world, source), cut))


def _repeat(run: Run, call: Call) -> Value:
    value, times = call.arg(0), call.arg(1, "times")
    count = as_int(times)
    if value is None or count is None or count > RANGE:
        return run.world.new_list([value or run.world.unknown()], open_ended=True, length=steady(as_size(times)))
    return run.world.new_list([value] * count)


def _cycle(run: Run, call: Call) -> Value:
    items, _ = elements(run, call.args[0], call.place) if call.args else ([], False)
    return run.world.new_list(items, open_ended=True)


ITERATORS: dict[str, Callable[[Run, Call], Value]] = {
    "builtins.range": _range,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.reversed": _reversed,
    "builtins.iter": _iterator,
    "builtins.next": _next,
    "builtins.map": _map,
    "builtins.filter": _filter,
    "functools.reduce": _reduce,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain_from_iterable,
    "itertools.cycle": _cycle,
    "itertools.islice": _islice,
    "itertools.pairwise": _pairwise,
    "itertools.product": _product,
    "itertools.repeat": _repeat,
    "itertools.starmap": _starmap,
    "tqdm.trange": _range,
}
