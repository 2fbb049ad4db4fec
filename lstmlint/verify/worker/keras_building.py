"""Gets a Keras model and its input: from the program's own expressions, else from what the model says it reads."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from lstmlint.verify.contracts import Fault, ModelPlan, Recipe
from lstmlint.verify.worker.flatten import replaced, tensors
from lstmlint.verify.worker.keras_arrays import resized, varied
from lstmlint.verify.worker.keras_recording import as_array, is_tensor
from lstmlint.verify.worker.loading import Program

keras: Any = importlib.import_module("keras")
numpy: Any = importlib.import_module("numpy")

PRIMES = (5, 7, 11, 13, 17)

Explain = Callable[[BaseException, str], Fault]


class UnknownInputError(Exception):
    """Neither the model nor the configuration says what it reads."""


@dataclass(frozen=True)
class Built:
    """A model, what it is given (tensors as arrays, all with `batch` samples), and the shapes of its targets."""

    model: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    text: str
    own: bool = True
    batch: int = 0
    targets: tuple[tuple[int, ...], ...] = ()
    as_given: Built | None = None
    """The same with as many samples as the program gives, where that is another number."""

    @property
    def arrays(self) -> list[Any]:
        """The arrays of the input."""
        return list(tensors((self.args, self.kwargs), is_tensor))

    @property
    def main(self) -> Any | None:
        """The array that is the data: the first with two axes or more."""
        return next((each for each in self.arrays if each.ndim >= 2), None)


def builds(program: Program, plan: ModelPlan, faults: list[Fault], explain: Explain) -> Iterator[Built]:
    """Models that could be built with an input; why others could not goes to `faults`."""
    for recipe in sorted(plan.recipes, key=lambda recipe: recipe.arguments is None):
        try:
            keras.utils.set_random_seed(0)
            built = _built(program, plan, recipe, faults, explain)
        except (Exception, SystemExit) as error:
            faults.append(_explained(error, explain))
            continue
        if built is not None:
            yield built
    if plan.class_name and not plan.recipes:
        try:
            configured = plan.configured.arguments if plan.configured else {}
            model = vars(program.module)[plan.class_name](**(configured or plan.arguments))
            yield _made_up(model, plan, plan.class_name)
        except (Exception, SystemExit) as error:
            faults.append(_explained(error, explain))


def _explained(error: BaseException, explain: Explain) -> Fault:
    """Why there is nothing to run: no model or, for want of a shape, no input."""
    lacks_shape = isinstance(error, UnknownInputError)
    return replace(explain(error, "input"), ours=True) if lacks_shape else explain(error, "build")


def _built(program: Program, plan: ModelPlan, recipe: Recipe, faults: list[Fault], explain: Explain) -> Built | None:
    names = program.names(recipe)
    model = vars(program.module)[recipe.function]() if recipe.model is None else program.evaluate(recipe.model, names)
    if isinstance(model, (tuple, list)):
        model = next((each for each in model if isinstance(each, keras.Model)), None)
    if not isinstance(model, keras.layers.Layer):
        return None
    if recipe.arguments is None:
        return _made_up(model, plan, recipe.text)
    try:
        args, kwargs = program.arguments(recipe.arguments, names)
        return _with_own(model, recipe, list(args), kwargs)
    except (Exception, SystemExit) as error:
        faults.append(explain(error, "input"))
        return _made_up(model, plan, recipe.text)


def _with_own(model: Any, recipe: Recipe, args: list[Any], kwargs: dict[str, Any]) -> Built:
    """The program's own input: of what a model is fitted to, the first part; of a data set, the first batch."""
    targets: tuple[tuple[int, ...], ...] = ()
    if recipe.data:
        given = [*args, *(kwargs[name] for name in ("x", "y") if name in kwargs)]
        if given and not is_tensor(given[0]) and not isinstance(given[0], (list, tuple, dict)):
            given = list(next(iter(given[0])))
        targets = tuple(tuple(as_array(each).shape) for each in tensors(given[1:2], is_tensor))
        args, kwargs = given[:1], {}
    words = min((layer.input_dim for layer in _layers(model) if isinstance(layer, keras.layers.Embedding)), default=0)
    found = replaced((tuple(args), kwargs), is_tensor, lambda each: varied(as_array(each), words))
    arrays = list(tensors(found, is_tensor))
    sizes = [each.shape[0] for each in arrays if each.ndim]
    batch = fixed_batch(model) or prime(sizes_of(model) | {size for each in arrays for size in each.shape[1:]})
    if not sizes:
        return Built(model, found[0], found[1], recipe.text, targets=targets)
    first = sizes[0]

    def fitted(array: Any) -> Any:
        return resized(array, batch) if array.ndim and array.shape[0] == first else array

    args_, kwargs_ = replaced(found, is_tensor, fitted)
    as_given = Built(model, found[0], found[1], recipe.text, True, first, targets) if first != batch else None
    return Built(model, args_, kwargs_, recipe.text, True, batch, targets, as_given)


def _made_up(model: Any, plan: ModelPlan, text: str) -> Built:
    """An input of the shape that a model declares, or that the configuration gives."""
    shapes: list[tuple[Any, ...]] = []
    inputs = getattr(model, "inputs", None)
    taken = sizes_of(model)
    batch = fixed_batch(model) or prime(taken)
    steps = prime(taken | {batch})
    if plan.configured is not None and plan.configured.shape:
        letters = {"B": batch, "N": batch}
        sizes = plan.configured.shape
        shapes = [tuple(letters.get(size, steps) if not size.isdigit() else int(size) for size in sizes)]
    elif inputs:
        shapes = [(batch, *(size or steps for size in each.shape[1:])) for each in inputs]
    else:
        raise UnknownInputError("the shape of its input is not known")
    integers = [_reads_tokens(model, number) for number in range(len(shapes))]
    random = numpy.random.default_rng(1)
    arrays = [
        random.integers(1, 4, shape) if integer else random.standard_normal(shape).astype("float32")
        for shape, integer in zip(shapes, integers, strict=True)
    ]
    return Built(model, (arrays[0] if len(arrays) == 1 else arrays,), {}, text, False, batch)


def _reads_tokens(model: Any, number: int) -> bool:
    """True where an input of a model goes into an embedding first, or is declared as integers."""
    tensor = model.inputs[number] if getattr(model, "inputs", None) else None
    if tensor is not None and "int" in str(tensor.dtype):
        return True
    first = next((layer for layer in model.layers if type(layer).__name__ != "InputLayer"), None)
    return type(first).__name__ == "Embedding"


def fixed_batch(model: Any) -> int:
    """The batch size that a model is built for; 0 where it takes any."""
    inputs = getattr(model, "inputs", None) or []
    return next((int(each.shape[0]) for each in inputs if len(each.shape) and each.shape[0]), 0)


def _layers(model: Any) -> list[Any]:
    flatten = getattr(model, "_flatten_layers", None)
    return list(flatten()) if flatten is not None else [model]


def sizes_of(model: Any) -> set[int]:
    """All sizes of a model's weights."""
    return {int(size) for weight in model.weights for size in weight.shape}


def prime(taken: set[int]) -> int:
    """A size that no size is, or is a multiple of."""
    return next((each for each in PRIMES if not any(size and size % each == 0 for size in taken)), PRIMES[0])
