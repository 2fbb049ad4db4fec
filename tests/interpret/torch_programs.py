"""What random torch programs are made of: every modelled layer and function in turn, and what ties them together."""

from __future__ import annotations

import warnings
from collections import Counter
from functools import partial
from random import Random

import torch

from lstmlint.interpret.load import load
from tests.interpret.drawing import Round, handler, modelled
from tests.interpret.torch_generated import TorchProgram
from tests.interpret.torch_layer_steps import STEPS
from tests.interpret.torch_operation_steps import exists, use

load()
LAYER = "torch.nn."
RANDOM = 3
"""Steps of a program beside those that are due."""
EXEMPT = {
    "torch.cuda.": "needs a GPU",
    "torch.utils.data.": "DataLoader is drawn with what it needs; the others give no tensors",
    "torch.ao.": "gives the module itself, or one that computes the same",
    "torch.quantization.": "gives the module itself, or one that computes the same",
    "torch.compile": "gives the module itself, or one that computes the same",
    "torch.jit.": "gives the module itself, or one that computes the same",
    "torch.nn.DataParallel": "gives the module itself, or one that computes the same",
    "torch.nn.parallel.": "gives the module itself, or one that computes the same",
    "torch.nn.utils.parametrizations.": "needs a newer name of the same function",
    "torch.is_tensor": "gives no tensor",
    "torch.nn.Module.": "changes the module, or gives its weights",
    "torch.nn.Sequential.add_module": "changes the module",
    "torch.nn.Sequential.register_module": "changes the module",
    "torch.nn.utils.rnn.PackedSequence": "drawn by its functions",
    "torch.nn.utils.remove_weight_norm": "gives the module itself",
    "Tensor.cuda": "needs a GPU",
    "Tensor.xpu": "needs a GPU",
    "Tensor.pin_memory": "needs a GPU",
    "Tensor.coalesce": "for sparse tensors",
    "Tensor.grad": "None without a backward pass",
    "Tensor.backward": "gives nothing",
    "torch.autograd.backward": "gives nothing",
    "Tensor.is_": "gives no tensor",
}
"""The beginnings of names that are not drawn by themselves, and why."""
CALLED_ON_MODULES = tuple(
    f"torch.nn.Module.{name}" for name in ("to", "type", "apply", "to_empty", "forward", "eval", "float")
)


def _is_loss(name: str) -> bool:
    """A loss gives a number that no layer reads."""
    return handler(name) in ("apply_loss", "take_loss")


def _is_drawn(name: str) -> bool:
    known = name.startswith(("torch.", "Tensor.")) and exists(name) and not _is_loss(name)
    return known and (name in CALLED_ON_MODULES or not name.startswith(tuple(EXEMPT)))


NAMES = [*modelled(_is_drawn), "torch.utils.data.DataLoader"]
"""Every layer, function and method that a program can be made of."""
_ROUND = Round(NAMES, share=6)
DRAWN: Counter[str] = Counter()
"""How often each name was drawn so far."""
SELECTIONS = (
    *("[:, -1]", "[-1]", "[0]", "[..., -1]", "[:, 1:]", "[:, None]", "[:, -1:]", "[:1]", "[:, -1, :]", "[..., None]"),
    *("[:, ::2]", "[[0, 0]]", "[:, [0, 1]]", "[torch.arange(1)]", "[:, torch.tensor([0, 1, 0])]", "[None]"),
)
COMPUTATIONS = ("{x} * 2 + 1", "{x} + {x}", "-{x}", "1 - {x}", "{x} / ({x} + 2)", "{x} ** 2", "{x} @ {x}.mT")
CALLS = (
    "F.softmax({x}, dim=1)",
    "torch.stack([{x}[:, t] * 2 for t in range({x}.size(1))], dim=1)",
    "torch.cat([step.unsqueeze(1) for step in {x}.unbind(1)], dim=1)",
    "torch.stack(list({x}))",
    "{x}.contiguous().view({x}.size(0), -1)",
    "{x}.reshape({x}.shape[0] * {x}.shape[1], -1)",
    "{x}.permute(1, 0, 2).contiguous()",
    "{x}.transpose(1, 2)",
)
RECURRENT = ("LSTM", "GRU", "RNN")


def draw(program: TorchProgram, name: str) -> None:
    """One statement with a layer, function or method."""
    DRAWN[name] += 1
    own = name.removeprefix(LAYER)
    if name.startswith(LAYER) and own in STEPS:
        STEPS[own](program, own)
    else:
        use(program, name)


def _recur(program: TorchProgram) -> None:
    draw(program, LAYER + program.choose(RECURRENT))


def _select(program: TorchProgram) -> None:
    program.add(program.fitting(program.choose((3, 3, 4)), 2) + program.choose(SELECTIONS))


def _compute(program: TorchProgram) -> None:
    program.add(program.choose(COMPUTATIONS).format(x=program.fitting(program.choose((2, 3)), most=1_000)))


def _call(program: TorchProgram) -> None:
    program.add(program.choose(CALLS).format(x=program.fitting(3)))


def _again(program: TorchProgram) -> None:
    """A layer that a tensor of the same axes has been through."""
    for one in program.random.sample(program.statements, len(program.statements)):
        callee, _, arguments = one.text.partition(" = ")[2].partition("(")
        source = arguments.partition(")")[0].partition(",")[0]
        like = program.shapes.get(source), getattr(program.scope.get(source), "dtype", None)
        same = [own for own, shape in program.shapes.items() if (shape, program.scope[own].dtype) == like]
        if callee.startswith("self.l") and same and arguments == f"{source})":
            program.add(f"{callee}({program.choose(same)})")
            return


STEPS_BETWEEN = (_recur, _recur, _select, _compute, _call, _again)


def program(number: int) -> TorchProgram:
    """The program of a number: always the same."""
    made = TorchProgram.begun(Random(number))
    due = [partial(draw, name=name) for name in _ROUND.of(number)]
    steps = [*due, *made.random.choices(STEPS_BETWEEN, k=RANDOM)]
    made.random.shuffle(steps)
    torch.manual_seed(0)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        for step in steps:
            step(made)
    return made
