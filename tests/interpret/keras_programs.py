"""What random Keras programs are made of: every modelled layer and function in turn, and what ties them together."""

from __future__ import annotations

from collections import Counter
from functools import partial
from random import Random

import keras

from lstmlint.interpret.load import load
from tests.interpret import keras_recurrent_steps  # noqa: F401, its steps register themselves
from tests.interpret.drawing import Round, handler, modelled
from tests.interpret.generated import SIZES
from tests.interpret.keras_generated import KerasProgram
from tests.interpret.keras_layer_steps import STEPS, spelt
from tests.interpret.keras_operation_steps import EAGER, exists, use

load()
LAYER = "keras.layers."
RANDOM = 3
"""Steps of a program beside those that are due."""
EXEMPT = {
    "keras.Model": "a step of its own; its methods train and show models",
    "keras.Sequential": "a step of its own; its methods train and show models, or build them in that step",
    "keras.models.clone_model": "drawn with keras.Sequential",
    "keras.Input": "every functional program begins so",
    "keras.layers.Input": "every functional program begins so",
    "keras.layers.CuDNN": "not in Keras 3",
    "keras.preprocessing.": "other names of what is in keras.utils",
    "keras.callbacks.": "are no tensors",
    "keras.Layer.get_weights": "gives what a layer has learned, which no layer reads",
    "tf.data.Dataset.list_files": "reads files",
    "keras.utils.text_dataset_from_directory": "reads files",
    "tf.data.Dataset.ragged_batch": "its tensors are ragged",
    "tf.data.Dataset.group_by_window": "its elements are not followed",
}
"""The beginnings of names that are not drawn by themselves, and why."""
STRUCTURES = ("keras.Model", "keras.Sequential")


LOSSES = ("loss_function", "apply_loss", "backend_function", "with_logits")
"""The interpreter's functions for losses, which give numbers that no layer reads."""


def _is_drawn(name: str) -> bool:
    known = (name.startswith(("keras.", "tf.")) and exists(name)) or name.startswith("Shape.")
    return known and not name.startswith(tuple(EXEMPT)) and handler(name) not in LOSSES


def _for_symbols(name: str) -> bool:
    return name.rpartition(".")[2] not in EAGER and not name.startswith(
        ("tf.data.", "keras.random.", "keras.backend.dropout")
    )


NAMES = [*modelled(_is_drawn), "Tensor.get_shape"]
"""Every layer and function that a program can be made of."""
SYMBOLIC = [name for name in NAMES if _for_symbols(name)]
_FUNCTIONAL = Round(SYMBOLIC)
_EAGER = Round([name for name in NAMES if name not in SYMBOLIC], SYMBOLIC)
DRAWN: Counter[str] = Counter()
"""How often each name was drawn so far."""
RECURRENT = ("LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional", "Bidirectional")
SELECTIONS = (
    *("[:, -1]", "[-1]", "[:, 0]", "[..., -1]", "[:, 1:]", "[:, None]", "[:, -1:]", "[:, ::2]"),
    *("[tf.newaxis]", "[:1, -1]", "[:, :-1, 0]", "[..., tf.newaxis]", "[:, -1, :]"),
)
COMPUTATIONS = ("{x} * 2.0 + 1.0", "{x} + {x}", "-{x}", "1.0 - {x}", "{x} / ({x} + 2.0)", "{x} ** 2")
LOOPS = (
    "tf.stack([{x}[:, t] for t in range({x}.shape[1])], axis=1)",
    "keras.ops.stack([{x}[:, t] * 2.0 for t in range({x}.shape[1])])",
    "tf.concat([{x}[:, t : t + 1] for t in range({x}.shape[1])], axis=1)",
    "tf.stack([step for step in tf.unstack({x}, axis=1)], axis=1)",
)
CHAIN = {
    2: ("Dense(4)", "Dropout(0.1)", "RepeatVector(4)", "Reshape((-1, 1))", "BatchNormalization()"),
    3: (
        "LSTM(4)",
        "LSTM(6, return_sequences=True)",
        "GRU(4, return_sequences=True)",
        "Bidirectional(layers.LSTM(4))",
        "Bidirectional(layers.GRU(4, return_sequences=True))",
        "TimeDistributed(layers.Dense(4))",
        "Dense(11)",
        "Dropout(0.1)",
        "Conv1D(6, 1)",
        "MaxPooling1D(1)",
        "Permute((2, 1))",
        "Flatten()",
        "GlobalMaxPooling1D()",
        "Lambda(lambda t: t[:, -1])",
    ),
}
"""Layers of a Sequential, by the rank of what they read."""


def draw(program: KerasProgram, name: str) -> None:
    """One statement with a layer or function."""
    DRAWN[name] += 1
    if name.startswith(LAYER) and name.removeprefix(LAYER) in STEPS:
        own = name.removeprefix(LAYER)
        STEPS[own](program, spelt(program, own))
    else:
        use(program, name)


def _any(program: KerasProgram) -> None:
    draw(program, program.choose(SYMBOLIC))


def _recur(program: KerasProgram) -> None:
    draw(program, LAYER + program.choose(RECURRENT))


def _select(program: KerasProgram) -> None:
    source = program.fitting(3, 2)
    program.add(source + program.choose(SELECTIONS if program.in_class else SELECTIONS[:8]))


def _compute(program: KerasProgram) -> None:
    program.add(program.choose(COMPUTATIONS).format(x=program.fitting()))


def _loop(program: KerasProgram) -> None:
    source = program.fitting(3)
    template = program.choose(LOOPS) if program.in_class else LOOPS[1]
    program.add(template.format(x=source))


def _again(program: KerasProgram) -> None:
    """A layer that a tensor of the same axes has been through."""
    names = [one.makes[0] for one in program.statements if one.text.partition(" = ")[0].lstrip("self.")[0] == "l"]
    for name in program.random.sample(names, len(names)):
        uses = [one for one in program.statements if f"{name}(v" in one.text]
        if not uses:
            continue
        source = uses[0].text.partition(f"{name}(")[2].partition(")")[0].partition(",")[0]
        same = [own for own, shape in program.shapes.items() if shape == program.shapes.get(source)]
        if same:
            program.add(f"{name}({program.choose(same)})")
            return


def _sequential(program: KerasProgram) -> None:
    """A Sequential, written as a list or added to, applied once or twice."""
    DRAWN["keras.Sequential"] += 1
    source = program.fitting(program.choose((2, 3, 3)), 2, most=1_000)
    shape = program.shapes[source]
    chain: list[str] = program.choose(([], [f"keras.Input({shape[1:]})"], [f"layers.InputLayer(shape={shape[1:]})"]))
    for _ in range(program.random.randint(1, 4)):
        if len(shape) in CHAIN:
            chain.append(f"layers.{program.choose(CHAIN[len(shape)])}")
            shape = eval(chain[-1], program.scope).compute_output_shape(shape)
    if program.chance():
        model = program.bind("m", f"keras.Sequential([{', '.join(chain)}])")
    else:
        model = program.bind("m", "keras.Sequential()")
        for layer in chain:
            program.do(f"{model}.add({layer})", model)
    program.add(f"{model}({source})")
    program.add(f"{model}({source})")
    # A clone has the name of what it was cloned from, and a model may not hold two layers of one name.
    if program.in_class and not program.traced and chain and "Input" in chain[0] and "Lambda" not in "".join(chain):
        program.add(f"keras.models.clone_model({model})({source})")


FUNCTIONS = (
    """
def block{n}(x, width=4):
    for _ in range(2):
        x = layers.LSTM(width, return_sequences=True)(x)
    return x
""",
    """
def block{n}(x, deep=True, *, kind=layers.GRU):
    outputs = []
    for width, sequences in zip((4, 6), (True, False)):
        x = kind(width, return_sequences=sequences)(x)
        outputs.append(x)
    if deep:
        return outputs
    return outputs[0]
""",
    """
def block{n}(x):
    output, *state = layers.LSTM(4, return_sequences=True, return_state=True)(x)
    decoded = layers.LSTM(4, return_sequences=True)(layers.RepeatVector(6)(state[0]), initial_state=state)
    return output, decoded
""",
    """
def block{n}(x):
    def wide(y, times):
        return keras.ops.concatenate([y] * times, axis=-1)
    scores = layers.Softmax(axis=1)(layers.Dense(1)(x))
    weighted = keras.ops.sum(scores * x, axis=1)
    return {{"all": wide(x, 2), "one": weighted}}["one"]
""",
    """
def block{n}(x):
    batch, steps, width = x.shape
    flat = keras.ops.reshape(x, (-1, steps * width))
    back = keras.ops.reshape(flat, (-1, steps, width))
    return flat, back, layers.Dense(width * 2)(back)
""",
)
"""Helpers as people write them."""


def _function(program: KerasProgram) -> None:
    """A function of the program's own."""
    source = program.fitting(3, 2, most=400)
    text = program.choose(FUNCTIONS).format(n=len(program.prelude)).strip()
    exec(text, program.scope)
    program.prelude.append(text)
    program.add(f"block{len(program.prelude) - 1}({source})")


def _block(program: KerasProgram) -> None:
    """A layer or model of the program's own, or a function, applied once or twice."""
    source = program.fitting(3, 2, most=400)
    if getattr(program.scope[source], "sparse", False):  # so Keras calls a symbolic tensor times a number
        source = program.add(program.dense(4, source))
    inner = KerasProgram.begun(program.random, True, True, program.shapes[source])
    for _ in range(program.random.randint(1, 3)):
        program.choose(INNER)(inner)
    number = program.named
    program.named += 1
    returned = inner.last if program.chance(0.7) else inner.returned()
    base = program.choose(("keras.layers.Layer", "keras.Model", "tf.keras.layers.Layer"))
    text = inner.definition(f"Block{number}", base, "", returned)
    exec("\n".join(text), program.scope)
    program.prelude += text
    block = program.bind("b", f"Block{number}()")
    program.add(f"{block}({source})")
    if program.chance(0.3):
        program.add(f"{block}({source})")


def _model(program: KerasProgram) -> None:
    """The whole as a model of some of its tensors, applied to another input."""
    symbolic = [name for name in program.shapes if isinstance(program.scope[name], keras.KerasTensor)]
    if len(symbolic) < 2:
        return
    outputs = program.random.sample(symbolic[1:], min(len(symbolic) - 1, program.random.randint(1, 3)))
    DRAWN["keras.Model"] += 1
    listed = outputs[0] if len(outputs) == 1 and program.chance() else f"[{', '.join(outputs)}]"
    form = program.choose(("v0, {o}", "inputs=v0, outputs={o}", "[v0], {o}", "outputs={o}, inputs=[v0]"))
    model = program.bind("m", f"keras.Model({form.format(o=listed)})")
    given = program.choose(("v0", f"keras.Input({SIZES[1:]}, batch_size={SIZES[0]})", f"tf.zeros({SIZES})"))
    program.add(f"{model}({given})")
    if program.chance(0.3):
        program.add(f"{model}.{program.choose(('output', 'outputs', 'input'))}")


INNER = (_any, _any, _recur, _recur, _select, _compute)
OUTER = (_recur, _recur, _recur, _select, _compute, _loop, _again, _sequential, _function, _block)


def program(number: int) -> KerasProgram:
    """The program of a number: always the same."""
    own, rest = divmod(number, 3)
    made = KerasProgram.begun(Random(number), in_class=rest == 0)
    due = [partial(draw, name=name) for name in (_EAGER.of(own) if made.in_class else _FUNCTIONAL.of(number - own - 1))]
    steps = [*due, *made.random.choices(OUTER, k=RANDOM)]
    made.random.shuffle(steps)
    for step in steps:
        step(made)
    if not made.in_class and made.chance(0.4):
        _model(made)
    return made
