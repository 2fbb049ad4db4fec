"""Gets a model: from the program's own expressions first, else from its class and what the configuration says."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lstmlint.verify.contracts import Fault, ModelPlan, Recipe
from lstmlint.verify.worker.loading import Program
from lstmlint.verify.worker.torch_inputs import Input, made_up, varied

torch: Any = importlib.import_module("torch")
nn: Any = torch.nn

Explain = Callable[[BaseException, str], Fault]


@dataclass(frozen=True)
class Built:
    """A model with the input that goes with it."""

    model: Any
    given: Input
    text: str
    run: Callable[..., Any] | None = None
    """How the program calls the model, where that is more than giving it the input."""


class CannotBuild(Exception):
    """No way to get the model has worked; the fault is that of the first one."""

    def __init__(self, fault: Fault | None) -> None:
        super().__init__("cannot build")
        self.fault = fault


def builds(program: Program, plan: ModelPlan, explain: Explain) -> Iterator[Built]:
    """Models that could be built, those with an input of the program's own first; CannotBuild if there is none."""
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


def _built(program: Program, plan: ModelPlan, recipe: Recipe, faults: list[Fault], explain: Explain) -> Built | None:
    torch.set_default_dtype(torch.float32)
    torch.manual_seed(0)
    names = program.names(recipe)
    model = vars(program.module)[recipe.function]() if recipe.model is None else program.evaluate(recipe.model, names)
    if not isinstance(model, nn.Module):
        return None
    if recipe.arguments is None or (plan.configured is not None and plan.configured.shape):
        return Built(model, _made_up(plan, model), recipe.text)
    try:
        return _with_own_input(program, recipe, model, names)
    except (Exception, SystemExit) as error:
        faults.append(explain(error, "input"))
        return Built(model, _made_up(plan, model), recipe.text)


def _with_own_input(program: Program, recipe: Recipe, model: Any, names: dict[str, Any]) -> Built:
    """What the program gives to a model. Where it computes that from tensors, these are the input."""
    assert recipe.arguments is not None
    args, kwargs = program.arguments(recipe.arguments, names)
    used = program.names_in(recipe.arguments)
    held = {name: names[name] for name in used if name in names and isinstance(names[name], torch.Tensor)}
    expressions = [argument for argument in recipe.arguments if not program.is_name(argument.value)]
    computed = expressions and all(set(program.names_in((argument,))) & set(held) for argument in expressions)
    if not computed:
        run = (lambda model, *args, **kwargs: getattr(model, recipe.method)(*args, **kwargs)) if recipe.method else None
        return Built(model, varied(Input(tuple(args), kwargs), words_of(model)), recipe.text, run)

    def run_expressions(model: Any, **given: Any) -> Any:
        args, kwargs = program.arguments(recipe.arguments or (), {**names, **given})
        return (getattr(model, recipe.method) if recipe.method else model)(*args, **kwargs)

    return Built(model, varied(Input((), held), words_of(model)), recipe.text, run_expressions)


def _from_class(program: Program, plan: ModelPlan) -> Built:
    torch.set_default_dtype(torch.float32)
    torch.manual_seed(0)
    cls = vars(program.module)[plan.class_name]
    arguments = plan.configured.arguments if plan.configured and plan.configured.arguments else plan.arguments
    model = cls(**arguments)
    return Built(model, _made_up(plan, model), f"{plan.class_name}({', '.join(arguments)})")


def _made_up(plan: ModelPlan, model: Any) -> Input:
    generator = torch.Generator().manual_seed(1)
    return made_up(plan.parameters, plan.configured, sizes_of(model), generator)


def words_of(model: Any) -> int:
    """How many words all embeddings of a model know; 0: it has none."""
    return min((each.num_embeddings for each in model.modules() if isinstance(each, nn.Embedding)), default=0)


def sized(model: Any) -> list[Any]:
    """A model's parameters, without those that get their sizes with the first input."""
    return [each for each in model.parameters() if not torch.nn.parameter.is_lazy(each)]


def sizes_of(model: Any) -> set[int]:
    """All sizes of a model's parameters, and those of its recurrent layers that have none (layers, directions)."""
    found = {int(size) for parameter in sized(model) for size in parameter.shape}
    for module in model.modules():
        if isinstance(module, nn.RNNBase):
            found |= {int(module.num_layers) * (2 if module.bidirectional else 1), int(module.hidden_size)}
    return found
