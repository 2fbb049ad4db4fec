"""What else running a Keras model shows: which steps matter, and which layers nothing can teach."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from typing import Any

from lstmlint.verify.contracts import UNCHANGED, ModelPlan, Place, Proof
from lstmlint.verify.worker.flatten import replaced, tensors
from lstmlint.verify.worker.samples import Change

FEWEST_STEPS = 3


def has_steps(runs: Any, steps: int) -> bool:
    """True where the input has an axis of time with some steps: numbers in three axes, or tokens."""
    main = runs.built.main
    return steps >= FEWEST_STEPS and (main.ndim >= 3 or main.dtype.kind in "iu")


def proofs(runs: Any, plan: ModelPlan, steps: int, recurrent: tuple[str, ...]) -> list[Proof]:
    """All that is shown of a model whose samples stay apart; a look that fails says nothing."""
    found: list[Proof] = []
    looks: list[Callable[[], Iterator[Proof]]] = [lambda: _dead(runs, recurrent)]
    if has_steps(runs, steps):
        looks.append(lambda: _ignored(runs, steps, recurrent))
        looks.append(lambda: _padding(runs, steps))
        if plan.causal:
            looks.append(lambda: _ahead(runs, steps))
    for look in looks:
        try:
            found += look()
        except (Exception, SystemExit):
            continue
    return found


def _with_step(runs: Any, step: int) -> tuple[Any, list[Any]]:
    """A run with one step of all samples changed: what was noted, and what came out."""
    recorder = runs.recording.Recorder(runs.base.records, change=Change(0, runs.built.batch), heal=False)
    return recorder, runs.forward(*runs.changed(1, step), recorder)


def _ignored(runs: Any, steps: int, recurrent: tuple[str, ...]) -> Iterator[Proof]:
    """No step but the last moves any output."""
    if not any(record.name in recurrent for record in runs.base.records):
        return
    recorder, first = _with_step(runs, 0)
    if runs.arrays.differ(runs.outputs, first):
        return
    later = [runs.forward(*runs.changed(1, step), None) for step in range(1, steps)]
    matters = [runs.arrays.differ(runs.outputs, each) for each in later]
    if matters[-1] and not any(matters[:-1]):
        shown = f"none of the {steps} time steps but the last moves any output"
        yield Proof("time-ignored", _last_that_saw(runs, recorder) or _last_place(runs), shown)


def _last_that_saw(runs: Any, recorder: Any) -> Place | None:
    """Where the last call is that was given something changed and gave nothing changed."""
    place = None
    for record, compared, after in zip(runs.base.records, recorder.compared, recorder.raw, strict=False):
        is_given = any(state != UNCHANGED for state in compared.inputs)
        if is_given and not runs.arrays.differ(record.outputs, after):
            place = record.place or place
    return place


def _last_place(runs: Any) -> Place | None:
    return next((record.place for record in reversed(runs.base.records) if record.place), None)


def _padding(runs: Any, steps: int) -> Iterator[Proof]:
    """What stands at the steps that a mask hides moves what comes out for the sample."""
    main, length = runs.built.main, steps // 2
    if not any(record.masked == (False, True) for record in runs.base.records):
        return

    def shorten(array: Any) -> Any:
        if array is not main:
            return array
        shorter = array.copy()
        shorter[-1, length:] = 0
        return shorter

    given = replaced((runs.built.args, runs.built.kwargs), runs.recording.is_tensor, shorten)
    first = runs.recording.Recorder()
    outputs = runs.forward(*given, first)
    if not any(record.hidden for record in first.records):
        return
    change = Change(runs.built.batch - 1, runs.built.batch)
    spoilt = runs.recording.Recorder(first.records, change=change, heal=False, spoil=True)
    after = runs.forward(*given, spoilt)
    if any(_reads_padding(runs, one, other, steps, length) for one, other in zip(outputs, after, strict=False)):
        place = None
        for record, given_now in zip(first.records, spoilt.raw, strict=False):
            pairs = zip(record.outputs, given_now, strict=False)
            if any(_reads_padding(runs, one, other, steps, length) for one, other in pairs):
                place = record.place
                break
        shown = f"the output of a sample of {length} steps moves with steps {length} to {steps - 1}, which a mask hides"
        yield Proof("padding-read", place or _last_place(runs), shown)


def _reads_padding(runs: Any, before: Any, after: Any, steps: int, length: int) -> bool:
    """True where something of the last sample moves, not counting what belongs to the hidden steps themselves."""
    where = runs.arrays.moved(before, after)
    if where is None or where.shape[:1] != (runs.built.batch,):
        return False
    own = where[-1]
    return bool((own[:length] if own.shape[:1] == (steps,) else own).any())


def _ahead(runs: Any, steps: int) -> Iterator[Proof]:
    """The last step moves what a model that claims to be causal gives at earlier steps."""
    recorder, outputs = _with_step(runs, steps - 1)
    if any(_moves_earlier(runs, before, after, steps) for before, after in zip(runs.outputs, outputs, strict=False)):
        place = _last_place(runs)
        for record, given in zip(runs.base.records, recorder.raw, strict=False):
            if any(_moves_earlier(runs, a, b, steps) for a, b in zip(record.outputs, given, strict=False)):
                place = record.place or place
                break
        yield Proof("future-read", place, f"changing step {steps - 1} of the input moves the output of earlier steps")


def _moves_earlier(runs: Any, before: Any, after: Any, steps: int) -> bool:
    where = runs.arrays.moved(before, after)
    return where is not None and where.ndim >= 2 and where.shape[1] == steps and bool(where[:, : steps - 1].any())


def _dead(runs: Any, recurrent: tuple[str, ...]) -> Iterator[Proof]:
    """Recurrent layers that get no gradient from any output, or directions of them."""
    tensorflow: Any = importlib.import_module("tensorflow")
    keras = runs.recording.keras
    if keras.backend.backend() != "tensorflow":
        return
    called = {id(record.owner): record for record in runs.base.records if record.name in recurrent}
    parts = [(record, *part) for record in called.values() for part in _parts(record.owner) if part[1]]
    fed = replaced((runs.built.args, runs.built.kwargs), runs.recording.is_tensor, keras.ops.convert_to_tensor)
    keras.utils.set_random_seed(0)
    with tensorflow.GradientTape() as tape:
        result = runs.call(*fed)
        given = [each for each in tensors(result, runs.recording.is_tensor) if each.dtype.is_floating]
        random = runs.recording.numpy.random.default_rng(3)
        total = sum(tensorflow.reduce_sum(each * random.standard_normal(each.shape)) for each in given)
    weights = [weight.value for _, _, weights in parts for weight in weights]
    gradients = iter(tape.gradient(total, weights) if given else [])
    live = [[_is_live(next(gradients)) for _ in own] for _, _, own in parts]
    dead = [(record, name) for (record, name, _), flags in zip(parts, live, strict=True) if not any(flags)]
    for record in called.values():
        names = [name for each, name in dead if each is record]
        if given and names:
            yield _no_gradient(record, names)


def _no_gradient(record: Any, names: list[str]) -> Proof:
    layer = record.owner.name
    if len(names) == len(_parts(record.owner)):
        shown = f"`{layer}` gets no gradient: nothing of what it computes reaches an output, and it never learns"
    else:
        shown = f"the {names[0]} direction of `{layer}` gets no gradient: no output depends on it"
    return Proof("dead-layer", record.place, shown)


def _parts(layer: Any) -> list[tuple[str, list[Any]]]:
    """The directions of a layer with their weights that are trained."""
    both = [(name, getattr(layer, f"{name}_layer", None)) for name in ("forward", "backward")]
    if all(part is not None for _, part in both):
        return [(name, list(part.trainable_weights)) for name, part in both]  # type: ignore[union-attr]
    return [("", list(layer.trainable_weights))]


def _is_live(gradient: Any) -> bool:
    if gradient is None:
        return False
    values = getattr(gradient, "values", gradient)  # of an embedding, those of some rows
    return bool((values.numpy() != 0).any()) if not callable(values) else True
