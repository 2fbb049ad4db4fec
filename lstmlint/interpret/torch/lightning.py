"""Lightning's training loop: what it does with a LightningModule, which no file of the program says.

For each batch it calls the module's hooks and `training_step`, and runs backward on what that returns, unless the
module switched that off. A loader that the module hands out itself is the one it is trained on.
"""

from __future__ import annotations

from lstmlint.events import Backward
from lstmlint.interpret.attributes import bind, keeps_state, stored_attributes
from lstmlint.interpret.definitions import find_method, library_bases
from lstmlint.interpret.iteration import elements
from lstmlint.interpret.loops import rounds
from lstmlint.interpret.registry import Call
from lstmlint.interpret.run import Run
from lstmlint.source import Place
from lstmlint.values import Const, Function, Instance, Layer, Value

STEP = "training_step"
_AUTOMATIC = "automatic_optimization"


def is_left_to_lightning(run: Run, owner: Instance) -> bool:
    """True for a LightningModule whose training step nobody in the file calls."""
    if not any(base.endswith(".LightningModule") for base in library_bases(run, owner.cls)):
        return False
    step = find_method(run, owner.cls, STEP)
    return step is not None and (run.function(step).ident, owner.address) not in run.entered_on


def train(run: Run, owner: Instance, place: Place) -> None:
    """One batch, and another one where the module has kept a state."""
    _hook(run, owner, "on_train_epoch_start", (), place)
    loader = _hook(run, owner, "train_dataloader", (), place)
    loader = loader if isinstance(loader, Layer) else None
    drawn = () if loader is None else tuple(elements(run, loader, place)[0][:1])
    with rounds(run.world, "each batch", loader) as turn:
        for _ in range(2):
            turn()
            _hook(run, owner, "on_train_batch_start", drawn, place)
            _hook(run, owner, STEP, drawn, place)
            _step_back(run, owner)
            _hook(run, owner, "on_train_batch_end", (), place)
            if not keeps_state(run, owner):
                return


def _step_back(run: Run, owner: Instance) -> None:
    """Lightning's own backward, where the module does not run it by itself."""
    step = find_method(run, owner.cls, STEP)
    parsed = None if step is None else run.function(step).syntax(run.syntax)
    if parsed is not None and stored_attributes(run, owner).get(_AUTOMATIC) != Const(False):
        node, unit = parsed
        run.world.emit(Backward(place=unit.place(getattr(node, "name", node)), by="Lightning"))


def _hook(run: Run, owner: Instance, name: str, given: tuple[Value, ...], place: Place) -> Value | None:
    """Calls a method of the module where it has it; arguments that are not given are unknown."""
    method: Function | None = find_method(run, owner.cls, name)
    if method is None:
        return None
    run.world.site = ((), ("lightning", name, owner.address))
    return run.call(bind(run, method, owner, place), Call(name, given, {}, place))
