"""A layer that carries its state from batch to batch, and what such a layer cannot do with.

Row i of a batch goes on where row i of the batch before ended. So there must be as many rows in every batch, the
batches must come in order, and a new sequence needs a reset.
"""

from __future__ import annotations

from collections.abc import Iterator

from lstmlint.checks.facts import Facts
from lstmlint.checks.keras_runs import (
    batches_of,
    declared_batch,
    last_of_validation,
    rows_of,
    shuffled_at,
    stateful_note,
)
from lstmlint.checks.keras_steps import is_first, quoted
from lstmlint.events import Called, Event, MethodCalled, Round, Unfollowed
from lstmlint.events.keras import Declared, Ran
from lstmlint.findings import Confidence, Evidence, Finding, check
from lstmlint.interpret.keras.callbacks import leaves_states_alone
from lstmlint.interpret.keras.recurrent import wrapped
from lstmlint.source import Place
from lstmlint.values import NONE, Instance, Layer, Note, Value, as_int, as_size, compatible, is_assumed, is_stated

RULE = "keras-stateful"
_OF_AN_EPOCH = ("on_epoch_", "on_train_begin", "on_train_end")
"""How the methods of a callback begin that are called once in an epoch, or once in a training."""


@check(RULE, on=Called)
def batch_left_open(called: Called, facts: Facts) -> Iterator[Finding]:
    """`LSTM(8, stateful=True)` on an `Input` whose batch may have any size."""
    declared = _left_open(called, facts)
    if declared is None or not is_first(facts, called, lambda e: e.layer.place if _left_open(e, facts) else None):
        return
    yield Finding(
        called.layer.place,
        f"{quoted(called.layer)} keeps a state for each row of the batch, but how many rows that is stays open",
        because=(Evidence(declared.place, "declares the input without a batch size"),),
        cure="give the input `batch_shape=(batch, ...)`",
    )


def _left_open(called: Called, facts: Facts) -> Declared | None:
    if not _is_stateful(called.layer):
        return None
    declared = declared_batch(facts, called.layer)
    if declared is None or declared.batch != NONE or not compatible(declared.path, called.path):
        return None
    return None if is_assumed(declared.batch) else declared


def _is_stateful(layer: Layer) -> bool:
    inner = wrapped(layer) if layer.spec.family == "bidirectional" else layer
    return inner is not None and inner.spec.framework == "keras" and is_stated(inner.argument("stateful"), True)


@check(RULE, on=Ran)
def run_unlike_its_state(ran: Ran, facts: Facts) -> Iterator[Finding]:
    """The first thing that is wrong with a run of a stateful model: its batches, their order, a missing reset."""
    finding = _wrong(ran, facts)
    if finding is not None and is_first(facts, ran, lambda e: _place(_wrong(e, facts))):
        yield finding


def _place(finding: Finding | None) -> Place | None:
    return None if finding is None else finding.place


def _wrong(ran: Ran, facts: Facts) -> Finding | None:
    note = stateful_note(facts, ran.output)
    if note is None or note.layer is None:
        return None
    declared = declared_batch(facts, note.layer)
    return _other_batch(ran, note, declared, facts) or _shuffled(ran, note, declared, facts) or _kept(ran, note, facts)


def _other_batch(ran: Ran, note: Note, declared: Declared | None, facts: Facts) -> Finding | None:
    batches = batches_of(ran, facts)
    fixed = None if declared is None else as_int(declared.batch)
    rows = None if batches.rows is None else batches.rows.known
    if fixed is not None and rows is not None and rows != fixed:
        return _misfit(ran.place, f"batches of {rows} go to a layer whose state has {fixed} rows", note, declared)
    last = batches.last or (last_of_validation(ran, facts) if fixed is not None else None)
    if last is None or (fixed is None and last == rows):
        return None
    rest = "; it is silently spread over all of them" if last == 1 and fixed is not None else ""
    state = f"{fixed or rows} rows"
    count = "1 row" if last == 1 else f"{last} rows"
    return _misfit(ran.place, f"the last batch has {count}, but the layer's state has {state}{rest}", note, declared)


def _misfit(place: Place, message: str, note: Note, declared: Declared | None) -> Finding:
    because = [Evidence(note.place, "keeps a state for each row of the batch")]
    if declared is not None:
        because.append(Evidence(declared.place, "fixes how many there are"))
    return Finding(
        place,
        message,
        because=tuple(because),
        cure="give every batch as many rows, and build a second model with the same weights for other sizes",
    )


@check(RULE, on=Called)
def called_with_another_batch(called: Called, facts: Facts) -> Iterator[Finding]:
    """`model(x)` with more or fewer rows than the state has."""
    found = _misfit_of_call(called, facts)
    if found is not None and is_first(facts, called, lambda e: _place(_misfit_of_call(e, facts))):
        yield found


def _misfit_of_call(called: Called, facts: Facts) -> Finding | None:
    note = stateful_note(facts, called.result) if called.layer.spec.family in ("sequential", "model") else None
    declared = None if note is None or note.layer is None else declared_batch(facts, note.layer)
    if note is None or declared is None or any(ran.place == called.place for ran in facts.events(Ran)):
        return None
    rows, fixed = rows_of(facts, called.source), as_int(declared.batch)
    if rows is None or rows.known is None or fixed is None or rows.known == fixed:
        return None
    return _misfit(called.place, f"{rows.known} rows go to a layer whose state has {fixed}", note, declared)


def _shuffled(ran: Ran, note: Note, declared: Declared | None, facts: Facts) -> Finding | None:
    shuffled = shuffled_at(ran)
    if shuffled is None or _is_one_batch(ran, declared, facts) or _resets_each_batch(ran, facts):
        return None
    place, written = shuffled
    how = "the data is shuffled" if written else "`fit` shuffles unless it is told not to"
    text = f"{how}: {_quoted(note)} goes on from the end of an unrelated batch"
    because = [Evidence(note.place, "carries its state from batch to batch")]
    if place != ran.place:
        because.append(Evidence(ran.place, "runs the model on that data"))
    return Finding(
        place,
        text,
        because=tuple(because),
        cure="keep the batches in order: shuffle=False" if place == ran.place else "leave the batches in order",
        confidence=Confidence.CERTAIN if written or _rows_known(ran, facts) else Confidence.LIKELY,
    )


def _quoted(note: Note) -> str:
    """The layer behind a note, as it was built."""
    return "the layer" if note.layer is None else quoted(note.layer)


def _rows_known(ran: Ran, facts: Facts) -> bool:
    rows = rows_of(facts, ran.inputs)
    return rows is not None and rows.known is not None


def _is_one_batch(ran: Ran, declared: Declared | None, facts: Facts) -> bool:
    """True where the data is, or may well be, a single batch: nothing is put into another order then."""
    if isinstance(ran.data, Layer):
        return False
    rows = rows_of(facts, ran.inputs)
    if rows is None:
        return ran.is_new_each_round
    given = ran.argument("batch_size")
    sizes = [as_size(given)] if given is not None and given != NONE else []
    sizes += [] if declared is None else [as_size(declared.batch)]
    if rows in sizes or rows.known == 1:
        return True
    if rows.known is None:
        return ran.is_new_each_round
    return any(size is not None and size.known is not None and rows.known <= size.known for size in sizes)


def _resets_each_batch(ran: Ran, facts: Facts) -> bool:
    """True where callbacks may reset the state after each batch.

    Not where each reset stands in what an epoch calls, or around the run itself, in a function that is under way then.
    """
    callbacks = ran.argument("callbacks")
    if not facts.world.resets or callbacks in (None, NONE):
        return False
    around = {"", *(call.function for call in ran.inside)}
    others = {name for name in facts.world.resets if not name.startswith(_OF_AN_EPOCH)}
    return bool(others - around) or (bool(others) and not leaves_states_alone(facts.world, callbacks or NONE))


def _kept(ran: Ran, note: Note, facts: Facts) -> Finding | None:
    """The state at the end of one sequence, or one round over the data, is where the next begins."""
    if _may_reset(facts) or ran.uncertain or ran.method not in ("fit", "train_on_batch"):
        return None
    if not leaves_states_alone(facts.world, ran.argument("callbacks") or NONE):
        return None
    epochs = as_int(ran.argument("epochs")) or 1
    again = ran.method == "fit" and (epochs > 1 or (bool(_loops(ran, ran.model)) and not ran.is_new_each_round))
    if not again and not _is_in_rounds(ran, ran.model):
        return None
    return _never_reset(ran.place, note, facts)


def _may_reset(facts: Facts) -> bool:
    """True where the file resets states, or calls something for it that is defined elsewhere."""
    resets = (event.name.startswith("reset_state") for event in facts.events(MethodCalled))
    return bool(facts.world.resets) or any(resets) or bool(facts.events(Unfollowed))


def _never_reset(place: Place, note: Note, facts: Facts) -> Finding:
    method = "reset_states" if facts.world.keras.before(3) else "reset_state"
    return Finding(
        place,
        f"{_quoted(note)} is never reset: each round starts from the state at the end of the one before",
        because=(Evidence(note.place, "carries its state from batch to batch"),),
        cure=f"call the layer's `{method}()` before each round over the data and each new sequence",
        confidence=Confidence.LIKELY,
    )


def _loops(event: Event, model: Value) -> tuple[Round, ...]:
    """The loops over something around an event that began when the model was there."""
    number = model.id if isinstance(model, Layer) else model.address if isinstance(model, Instance) else None
    loops = (turn for turn in event.rounds if turn.source is not None)
    return tuple(turn for turn in loops if number is not None and turn.loop > number)


def _is_in_rounds(event: Event, model: Value) -> bool:
    """True inside two loops, of which an outer one counts rounds, or inside three."""
    loops = _loops(event, model)
    return len(loops) > 2 or any("range(" in turn.text for turn in loops[:-1])


@check(RULE, on=Called)
def trained_by_hand_without_reset(called: Called, facts: Facts) -> Iterator[Finding]:
    """`for epoch in range(...): for x, y in data: model(x, training=True)`."""
    found = _never_reset_by_hand(called, facts)
    if found is not None and is_first(facts, called, lambda e: _place(_never_reset_by_hand(e, facts))):
        yield found


def _never_reset_by_hand(called: Called, facts: Facts) -> Finding | None:
    if _may_reset(facts) or called.layer.spec.family not in ("sequential", "model"):
        return None
    note = stateful_note(facts, called.result)
    if note is None or not _is_in_rounds(called, called.layer):
        return None
    if any(ran.place == called.place for ran in facts.events(Ran)):
        return None
    return _never_reset(called.place, note, facts)
