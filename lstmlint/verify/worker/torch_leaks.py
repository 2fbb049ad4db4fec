"""Whether a torch model gives the same answer to the same batch twice, and if not, what it keeps or draws anew."""

from __future__ import annotations

import ast
import importlib
import sys
from typing import Any

from lstmlint.verify.contracts import Proof
from lstmlint.verify.worker.flatten import tensors
from lstmlint.verify.worker.places import is_own, text_at
from lstmlint.verify.worker.samples import Change
from lstmlint.verify.worker.torch_recording import Record, Recorder, is_tensor
from lstmlint.verify.worker.torch_reruns import Findings, differ, last_place, pairs
from lstmlint.verify.worker.torch_runs import Examination

torch: Any = importlib.import_module("torch")
nn: Any = torch.nn

RANDOM = ("dropout", "alpha_dropout", "feature_alpha_dropout", "feature_dropout")
STATES = ("randn", "rand", "empty", "randn_like", "rand_like", "empty_like", "normal_", "uniform_")


def repeat(examination: Examination, found: Findings) -> None:
    """The same input twice: once from the same seed (what is kept), once on (what is random)."""
    model = examination.fresh()
    with torch.no_grad():
        first = examination.forward(examination.given, None, model)
        recorder = Recorder(examination.base.records, change=Change(0, 1), keep=True)
        second = examination.forward(examination.given, recorder, model)
    if differ(first, second):
        if not _can_be_reset(model, examination.model):
            found.proofs.append(_leak(examination, recorder))
        return
    recorder = Recorder(examination.base.records, change=Change(0, 1), keep=True)
    with torch.no_grad():
        other = examination.forward(examination.given, recorder, examination.fresh(), seed=99)
    sources = [
        (number, record)
        for number, record, raw in pairs(examination, recorder)
        if differ(record.outputs, raw) and all(state == -1 for state in recorder.compared[number].inputs)
    ]
    found.differing |= {number for number, _ in sources}
    found.differing |= {number for number, record, _ in pairs(examination, recorder) if _drops(record)}
    sources = [(n, record) for n, record in sources if not _is_asked_for(record)]
    telling = [(n, record) for n, record in sources if record.name in RANDOM or record.name in STATES]
    if telling and differ(examination.outputs, other):
        dropping = [record for _, record in telling if record.name in RANDOM]
        source = dropping[0] if dropping else telling[0][1]
        if dropping or _feeds_state(examination, recorder):
            shown = f"the same batch gives two answers in evaluation mode: `{source.name}` draws new numbers each time"
            found.proofs.append(Proof("state-leak", source.place, shown))


def _is_asked_for(record: Record) -> bool:
    """True for a dropout whose call says itself whether it is on: what it says is meant."""
    if record.name not in RANDOM or record.place is None:
        return False
    try:
        call = ast.parse(text_at(record.place).strip(), mode="eval").body
    except SyntaxError:
        return False
    named = isinstance(call, ast.Call) and any(keyword.arg == "training" for keyword in call.keywords)
    return named or (isinstance(call, ast.Call) and len(call.args) > 2)


def _drops(record: Record) -> bool:
    """True for a dropout that is on: zeros come out where none went in."""
    if record.name not in RANDOM or not record.inputs or record.inputs[0].shape != record.outputs[0].shape:
        return False
    return bool(((record.outputs[0] == 0) & (record.inputs[0] != 0)).any())


def _can_be_reset(after: Any, before: Any) -> bool:
    """True where what the model keeps is set elsewhere, too, so that the program decides when to forget."""
    for (_, new), (_, old) in zip(after.named_modules(), before.named_modules(), strict=False):
        public = [(name, value) for name, value in vars(new).items() if not name.startswith("_")]
        kept = {name for name, value in public if _is_other(value, vars(old).get(name))}
        if kept & _set_elsewhere(type(new)):
            return True
    return False


def _set_elsewhere(kind: type) -> set[str]:
    """The attributes that the file of a class sets (of any object) outside of forward methods and constructors."""
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    if not file or not is_own(file):
        return set()
    with open(file, "rb") as opened:
        tree = ast.parse(opened.read(), file)
    found: set[str] = set()
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef) and node.name in ("forward", "__init__"):
            continue
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
        pending += ast.iter_child_nodes(node)
    return found


def _is_other(value: Any, known: Any) -> bool:
    new, old = list(tensors(value, is_tensor)), list(tensors(known, is_tensor))
    return bool(new) and differ(old, new)


def _feeds_state(examination: Examination, recorder: Recorder) -> bool:
    """True where a recurrent layer starts from another state though its input is the same."""
    for number, record, _ in pairs(examination, recorder):
        if isinstance(record.owner, (nn.RNNBase, nn.RNNCellBase)):
            states = recorder.compared[number].inputs
            return bool(states) and states[0] == -1 and any(state != -1 for state in states[1:])
    return False


def _leak(examination: Examination, recorder: Recorder) -> Proof:
    place = None
    for number, record, raw in pairs(examination, recorder):
        if differ(record.outputs, raw) or any(state != -1 for state in recorder.compared[number].inputs):
            place = record.place
            if isinstance(record.owner, nn.Module):
                break
    shown = "the same batch gives another answer the second time: something of the first call is kept"
    return Proof("state-leak", place or last_place(examination), shown)
