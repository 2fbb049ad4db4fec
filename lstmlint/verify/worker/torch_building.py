"""Gets a model: from the program's own expressions first, else from its class and what the configuration says."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lstmlint.verify.contracts import Fault, ModelPlan, Recipe
from lstmlint.verify.worker.loading import Program
from lstmlint.verify.worker.torch_inputs import Input, made_up

torch: Any = importlib.import_module("torch")
nn: Any = torch.nn

Explain = Callable[[BaseException, str], Fault]


@dataclass(frozen=True)
class Built:
    """A model with the input that goes with it."""

    model: Any
    given: Input
    text: str
    shared: bool = False
    """True where the input was made up."""


class CannotBuild(Exception):
    """No way to get the model has worked; the fault is that of the first one."""

    def __init__(self, fault: Fault | None) -> None:
        super().__init__("cannot build")
        self.fault = fault


def builds(program: Program, plan: ModelPlan, explain: Explain) -> Iterator[Built]:
    """Models that could be built, those with an input of the program's own first. Raises CannotBuild if there is none."""
    faults: list[Fault] = []
    found = 0
    ordered = sorted(plan.recipes, key=lambda recipe: recipe.arguments is None)
    for recipe in ordered if plan.configured is None or not plan.configured.arguments else ():
        try:
            built = _built(program, plan, recipe, faults, explain)
        except (Exception, SystemExit) as error:
            faults.append(explain(error, "build"))
            continue
        if built is not None:
            found += 1
            yield built
    if plan.class_name and (not found or plan.configured is not None):
        try:
            yield _from_class(program, plan)
            found += 1
        except (Exception, SystemExit) as error:
            faults.append(explain(error, "build"))
    if not found:
        raise CannotBuild(faults[0] if faults else None)


def _built(
    program: Program, plan: ModelPlan, recipe: Recipe, faults: list[Fault], explain: Explain
) -> Built | None:
    torch.set_default_dtype(torch.float32)
    torch.manual_seed(0)
    names = program.names(recipe)
    model = vars(program.module)[recipe.function]() if recipe.model is None else program.evaluate(recipe.model, names)
    if not isinstance(model, nn.Module):
        return None
    if recipe.arguments is None or (plan.configured is not None and plan.configured.shape):
        return Built(model, _made_up(plan, model), recipe.text)
    try:
        args, kwargs = program.arguments(recipe.arguments, names)
    except (Exception, SystemExit) as error:
        faults.append(explain(error, "input"))
        return Built(model, _made_up(plan, model), recipe.text)
    return Built(model, Input(tuple(args), kwargs), recipe.text)


def _from_class(program: Program, plan: ModelPlan) -> Built:
    torch.set_default_dtype(torch.float32)
    torch.manual_seed(0)
    cls = vars(program.module)[plan.class_name]
    arguments = plan.configured.arguments if plan.configured else {}
    model = cls(**arguments)
    return Built(model, _made_up(plan, model), f"{plan.class_name}({', '.join(arguments)})")


def _made_up(plan: ModelPlan, model: Any) -> Input:
    generator = torch.Generator().manual_seed(1)
    return made_up(plan.parameters, plan.configured, sizes_of(model), generator)


def sizes_of(model: Any) -> set[int]:
    """All sizes of a model's parameters, and those of its recurrent layers that have none (layers, directions)."""
    found = {int(size) for parameter in model.parameters() for size in parameter.shape}
    for module in model.modules():
        if isinstance(module, nn.RNNBase):
            found |= {int(module.num_layers) * (2 if module.bidirectional else 1), int(module.hidden_size)}
    return found
