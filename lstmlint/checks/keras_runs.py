"""Batches of a Keras model's runs: how many rows go in at once, how many are left, whether they are shuffled."""

from __future__ import annotations

from lstmlint.checks.facts import Facts
from lstmlint.events.keras import Declared, Ran
from lstmlint.interpret.keras.replay import flat
from lstmlint.interpret.ops.trail import STATEFUL
from lstmlint.lean import dataclass
from lstmlint.sizes import Size
from lstmlint.source import Place
from lstmlint.values import NONE, Const, Layer, Note, OpenTensor, Tensor, Tuple, Value, as_bool, as_int, as_size

DEFAULT_BATCH = 32
"""The batch_size of fit, evaluate and predict where none is given."""
WHOLE = ("train_on_batch", "test_on_batch", "predict_on_batch")
"""Methods that take all rows as one batch."""


@dataclass(frozen=True)
class Batches:
    """The batches of one run: how many rows each has, and the last one where that has fewer (None: not known)."""

    rows: Size | None
    last: int | None = None


def stateful_note(facts: Facts, output: Value) -> Note | None:
    """What is said of a model's output that comes of a layer that carries its state."""
    for value in flat(facts.world, output):
        note = value.noted(STATEFUL) if isinstance(value, Tensor) else None
        if note is not None:
            return note
    return None


def declared_batch(facts: Facts, layer: Layer) -> Declared | None:
    """Where the input was declared whose batch a layer reads."""
    sources = [called.source for called in facts.calls(layer.id)]
    read = {source.axes[0].id for source in sources if isinstance(source, Tensor) and source.axes}
    return next((one for one in facts.events(Declared) if one.tensor.axes and one.tensor.axes[0].id in read), None)


def rows_of(facts: Facts, value: Value) -> Size | None:
    """The number of rows of arrays, None where it is not known to be a number or the size of something."""
    first = next(iter(flat(facts.world, value)), None)
    if isinstance(first, OpenTensor):  # `np.array([[token]])` has one row, whatever a token is
        return first.head[0].size if first.head else None
    return first.axes[0].size if isinstance(first, Tensor) and first.axes else None


def is_arrays(ran: Ran) -> bool:
    """True where a model is given arrays, not a data set or a generator: these come without targets."""
    if isinstance(ran.data, Layer):
        return False
    given = ran.argument("y")
    return isinstance(ran.data, (Tensor, OpenTensor)) or (given is not None and given != NONE)


def batches_of(ran: Ran, facts: Facts) -> Batches:
    """How a run divides its data."""
    if isinstance(ran.data, Layer):
        last = ran.data.argument("last")
        return Batches(as_size(ran.data.argument("batched")), as_int(last))
    rows = rows_of(facts, ran.inputs)
    if ran.method in WHOLE:
        return Batches(rows, _last_of_ragged(ran, facts))
    if ran.uncertain or not is_arrays(ran):
        return Batches(None)
    given = ran.argument("batch_size")
    size = Size.of(DEFAULT_BATCH) if given is None or given == NONE else as_size(given)
    if size is None:
        return Batches(None)
    count, batch = None if rows is None else rows.known, size.known
    if count is None or batch is None or batch < 1:
        return Batches(size if given not in (None, NONE) else None)
    divided = ran.argument("validation_split") is not None or _counts_steps(ran)
    if count <= batch:
        return Batches(None if divided else Size.of(count))
    return Batches(size, None if divided or count % batch == 0 else count % batch)


def _last_of_ragged(ran: Ran, facts: Facts) -> int | None:
    """The rows of the last one of the batches that a program goes through by itself, where it has fewer."""
    first = next(iter(flat(facts.world, ran.inputs)), None)
    axes = first.axes[:1] if isinstance(first, Tensor) else ()
    found = [facts.world.ragged[axis.id].rest for axis in axes if axis.id in facts.world.ragged]
    return found[0] if found else None


def _counts_steps(ran: Ran) -> bool:
    return any(ran.argument(name) not in (None, NONE) for name in ("steps", "steps_per_epoch"))


def last_of_validation(ran: Ran, facts: Facts) -> int | None:
    """The rows of the last batch of `validation_data=(x, y)`, where it has fewer than the others."""
    data = ran.argument("validation_data")
    parts = flat(facts.world, data) if isinstance(data, Tuple) else ()
    rows = rows_of(facts, parts[0]) if parts else None
    size = ran.argument("validation_batch_size") or ran.argument("batch_size")
    batch = DEFAULT_BATCH if size is None or size == NONE else as_int(size)
    if rows is None or rows.known is None or not batch or ran.argument("validation_steps") not in (None, NONE):
        return None
    return rows.known % batch or None


def shuffled_at(ran: Ran) -> tuple[Place, bool] | None:
    """Where the order of a run's batches is changed, and whether that was written down; None where it is not."""
    if isinstance(ran.data, Layer):
        flag = ran.data.argument("shuffled")
        return (flag.place, True) if isinstance(flag, Const) and flag.place is not None else None
    if ran.method != "fit" or ran.uncertain or not is_arrays(ran):
        return None
    given = ran.argument("shuffle")
    written = given is not None
    return (ran.place, written) if not written or as_bool(given) is True else None
