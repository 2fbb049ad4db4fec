"""What else running shows: which steps matter, whether padding is read, who gets gradient."""

from __future__ import annotations

import importlib
from dataclasses import replace
from functools import partial
from typing import Any

from lstmlint.verify.contracts import ModelPlan, Place, Proof
from lstmlint.verify.worker.flatten import replaced, tensors
from lstmlint.verify.worker.hypotheses import Hypothesis
from lstmlint.verify.worker.torch_inputs import Input, changed_step
from lstmlint.verify.worker.torch_leaks import repeat
from lstmlint.verify.worker.torch_recording import Record, Recorder, is_tensor
from lstmlint.verify.worker.torch_reruns import Findings, differ, last_place, pairs, rerun
from lstmlint.verify.worker.torch_runs import Examination, as_plain
from lstmlint.verify.worker.torch_samples import moved

torch: Any = importlib.import_module("torch")
nn: Any = torch.nn


def look_further(examination: Examination, plan: ModelPlan, chosen: Hypothesis | None) -> Findings:
    """All further runs of a model; one that fails says nothing."""
    found = Findings()
    looks: list[Any] = [lambda: repeat(examination, found), lambda: _gradients(examination, found)]
    given = examination.given
    if chosen is not None and given.steps:
        time = 1 - chosen.axis
        looks.append(lambda: _time(examination, plan, chosen, time, found))
        looks.append(lambda: _padding(examination, chosen, time, found))
    for look in looks:
        try:
            look()
        except (Exception, SystemExit):
            continue
    return found


def _time(examination: Examination, plan: ModelPlan, chosen: Hypothesis, axis: int, found: Findings) -> None:
    given = examination.given
    steps = int(given.main.shape[axis]) if given.main is not None else 0
    if steps < 3:
        return
    recorder, outputs = rerun(examination, _step(given, axis, 0))
    for number, record, raw in pairs(examination, recorder):
        found.early[number] = [_halves(a, b) for a, b in zip(record.outputs, raw, strict=False)]
    if not chosen.holds:
        return
    if not differ(examination.outputs, outputs):
        others = [rerun(examination, _step(given, axis, step))[1] for step in range(1, steps)]
        ignored = not any(differ(examination.outputs, other) for other in others[:-1])
        if ignored and others and differ(examination.outputs, others[-1]):
            found.proofs.append(_ignored(examination, recorder, steps))
    if plan.causal:
        _future(examination, axis, steps, found)


def _step(given: Input, axis: int, step: int) -> Input:
    return changed_step(given, axis, step, torch.Generator().manual_seed(5 + step))


def _halves(before: Any, after: Any) -> tuple[bool, bool]:
    where = moved(before, after)
    if where is None or not where.dim() or where.shape[-1] < 2:
        return (True, True) if where is None or bool(where.any()) else (False, False)
    half = where.shape[-1] // 2
    return bool(where[..., :half].any()), bool(where[..., half:].any())


def _ignored(examination: Examination, recorder: Recorder, steps: int) -> Proof:
    """Names the last call that still saw the changed step and whose result does not."""
    place: Place | None = None
    reached: set[int] = set()
    for number, record, raw in pairs(examination, recorder):
        if differ(record.outputs, raw):
            reached.add(number)
        elif any(state != -1 for state in recorder.compared[number].inputs):
            place = record.place or place
    shown = f"none of the {steps} time steps but the last moves any output"
    return Proof("time-ignored", place or last_place(examination), shown)


def _future(examination: Examination, axis: int, steps: int, found: Findings) -> None:
    recorder, outputs = rerun(examination, _step(examination.given, axis, steps - 1))
    for before, after in zip(examination.outputs, outputs, strict=False):
        if axis < before.dim() and before.shape[axis] == steps:
            where = moved(before, after)
            if where is not None and bool(where.narrow(axis, 0, steps - 1).any()):
                place = _first_ahead(examination, recorder, steps) or last_place(examination)
                shown = f"changing step {steps - 1} of the input moves the output of earlier steps"
                found.proofs.append(Proof("future-read", place, shown))
                return


def _first_ahead(examination: Examination, recorder: Recorder, steps: int) -> Place | None:
    """The first call after which a step knows of a later one."""
    for _, record, raw in pairs(examination, recorder):
        for before, after in zip(record.outputs, raw, strict=False):
            where = moved(before, after)
            axes = [axis for axis, size in enumerate(before.shape) if size == steps]
            if where is not None and axes and bool(where.narrow(axes[0], 0, steps - 1).any()):
                return record.place
    return None


def _padding(examination: Examination, chosen: Hypothesis, axis: int, found: Findings) -> None:
    """Makes the last sample shorter, then changes what stands behind its end."""
    given = examination.given
    main = given.main
    if main is None:
        return
    batch, steps = int(main.shape[chosen.axis]), int(main.shape[axis])
    length = steps // 2
    shorter, has_lengths = _shortened(given, chosen.axis, axis, length)
    if shorter is None:
        return
    watched = replace(examination, given=shorter, outputs=[])
    watched.first()
    for number, record in enumerate(watched.base.records):
        found.short[number] = [_is_short(each, batch) for each in record.outputs]
    if not has_lengths or not chosen.holds:
        return
    changed = shorter
    for step in range(length, steps):
        changed = _only_last(changed_step(changed, axis, step, torch.Generator().manual_seed(step)), changed, chosen)
    _, outputs = rerun(watched, changed)
    for before, after in zip(watched.outputs, outputs, strict=False):
        if _valid_moved(before, after, batch, steps, length):
            place = _padded_reader(watched) or last_place(watched)
            shown = f"the output of a sample of {length} steps moves with steps {length} to {steps - 1}, its padding"
            found.proofs.append(Proof("padding-read", place, shown))
            return


def _shortened(given: Input, batch_axis: int, axis: int, length: int) -> tuple[Input | None, bool]:
    """The last sample made shorter: in the lengths, and among tokens by zeros. None where neither is there."""
    main: Any = given.main
    done = {"lengths": False, "tokens": False}

    def change(tensor: Any) -> Any:
        result = tensor.clone()
        if tensor is main and not tensor.dtype.is_floating_point and tensor.dtype != torch.bool:
            done["tokens"] = True
            result.select(batch_axis, tensor.shape[batch_axis] - 1).narrow(0, length, given_steps - length).zero_()
        elif _are_lengths(tensor, given_batch, given_steps):
            done["lengths"] = True
            result[:-1] = given_steps  # of all samples the last alone ends early
            result[-1] = length
        return result

    given_batch, given_steps = int(main.shape[batch_axis]), int(main.shape[axis])
    if main.dim() != 2 and not main.dtype.is_floating_point:
        return None, False
    args, kwargs = replaced((given.args, given.kwargs), is_tensor, change)
    if not any(done.values()):
        return None, False
    return replace(given, args=args, kwargs=kwargs), done["lengths"]


def _are_lengths(tensor: Any, batch: int, steps: int) -> bool:
    if tensor.shape != (batch,) or tensor.dtype.is_floating_point or tensor.dtype == torch.bool:
        return False
    return 1 < int(tensor.max()) <= steps


def _only_last(changed: Input, before: Input, chosen: Hypothesis) -> Input:
    """The change of a step for the last sample alone."""
    new: Any = changed.main
    old: Any = before.main
    mixed = old.clone()
    last = old.shape[chosen.axis] - 1
    mixed.select(chosen.axis, last).copy_(new.select(chosen.axis, last))
    args, kwargs = replaced((before.args, before.kwargs), is_tensor, lambda each: mixed if each is old else each)
    return replace(before, args=args, kwargs=kwargs)


def _is_short(tensor: Any, batch: int) -> bool:
    """True where the last sample's entries are all zero and no other sample's are."""
    if not tensor.dtype.is_floating_point:
        return False
    for axis, size in enumerate(tensor.shape):
        if size == batch:
            empty = [not bool(tensor.select(axis, entry).any()) for entry in range(size)]
            return empty[-1] and not any(empty[:-1])
    return False


def _valid_moved(before: Any, after: Any, batch: int, steps: int, length: int) -> bool:
    where = moved(before, after)
    if where is None:
        return False
    axes = [axis for axis, size in enumerate(before.shape) if size == steps and steps != batch]
    if axes:
        where = where.narrow(axes[0], 0, length)
    return bool(where.any())


def _padded_reader(examination: Examination) -> Place | None:
    for record in examination.base.records:
        if isinstance(record.owner, nn.RNNBase):
            return record.place
    return None


def _gradients(examination: Examination, found: Findings) -> None:
    """Which recurrent layers, or directions of them, get no gradient from any output."""
    model = examination.fresh()
    fed = examination.given.copy()
    torch.manual_seed(0)
    result = (model if examination.run is None else partial(examination.run, model))(*fed.args, **fed.kwargs)
    outputs = [each for each in tensors(as_plain(result), is_tensor) if each.requires_grad]
    if not outputs:
        return
    torch.manual_seed(3)
    total = sum((each * torch.randn_like(each)).sum() for each in outputs)
    total.backward()
    called = {id(record.owner) for record in examination.base.records}
    names = {id(module): name for name, module in examination.ran_on.named_modules()}
    seen = {names[each] for each in called if each in names}
    for name, module in model.named_modules():
        if name in seen and isinstance(module, (nn.RNNBase, nn.RNNCellBase)):
            _note_dead(examination, name, module, found)


def _note_dead(examination: Examination, name: str, module: Any, found: Findings) -> None:
    parts: dict[str, list[bool]] = {}
    for parameter_name, parameter in module.named_parameters(recurse=False):
        if parameter.requires_grad:
            key = "backward" if parameter_name.endswith("_reverse") else "forward"
            layer = "".join(letter for letter in parameter_name.removesuffix("_reverse")[-2:] if letter.isdigit())
            dead = parameter.grad is None or not bool(parameter.grad.abs().sum() > 0)
            parts.setdefault(f"{key} {layer}".strip(), []).append(dead)
    dead_parts = [part for part, flags in parts.items() if all(flags)]
    if not dead_parts:
        return
    if len(dead_parts) == len(parts):
        found.dead[name] = ["all"]
        shown = f"`{name}` gets no gradient: nothing of what it computes reaches an output, and it never learns"
    else:
        found.dead[name] = dead_parts
        part = dead_parts[0].partition(" ")
        shown = f"the {part[0]} direction of `{name}` (layer {part[2]}) gets no gradient: no output depends on it"
    calls = [record for record in examination.base.records if isinstance(record.owner, type(module))]
    place = next((record.place for record in calls if _is(examination, record, name)), None)
    found.proofs.append(Proof("dead-layer", place, shown))


def _is(examination: Examination, record: Record, name: str) -> bool:
    return any(module is record.owner and known == name for known, module in examination.ran_on.named_modules())
