"""Statements that apply recurrent layers, their wrappers and cells, in all combinations of what they return."""

from __future__ import annotations

from collections.abc import Sequence

from tests.interpret.keras_generated import KerasProgram
from tests.interpret.keras_layer_steps import apply, layers, spelt

CELLS = ("LSTMCell", "GRUCell", "SimpleRNNCell")
WIDTHS = (4, 6)
LIMIT = 1_000


def flags(program: KerasProgram, *, alone: bool = True) -> str:
    """Which of the sequence and the states come back, in any combination; `alone`: in no wrapper."""
    asked = [f"return_sequences={program.choose(('True', 'False', '1'))}"] if program.chance(0.6) else []
    asked += ["return_state=True"] if program.chance(0.4) else []
    asked += ["go_backwards=True"] if alone and program.chance(0.15) else []
    asked += ["stateful=True"] if alone and not program.traced and program.chance(0.1) else []
    program.random.shuffle(asked)
    return "".join(f", {one}" for one in asked)


def states(program: KerasProgram, width: int, number: int, batch: int) -> list[str]:
    """Tensors that can be initial states; none where the program has not enough of them."""
    names = [name for name, shape in program.shapes.items() if shape == (batch, width)]
    return [program.choose(names) for _ in range(number)] if names else []


@layers("LSTM", "GRU", "SimpleRNN")
def recurrent(program: KerasProgram, cls: str) -> None:
    source = program.fitting(3, most=LIMIT)
    width = program.choose(WIDTHS)
    callee = program.layer(f"{cls}({width}{flags(program)})")
    started = states(program, width, 2 if cls.endswith("LSTM") else 1, program.shapes[source][0])
    given = ", ".join(started) if len(started) > 1 else (started or [""])[0]
    if started and program.chance():
        forms = [f", initial_state=[{given}]", f", [{given}]", f", initial_state=({given},)"]
        program.add(f"{callee}({source}{program.choose(forms)})")
    else:
        program.add(f"{callee}({source}{program.choose(('', '', ', training=False'))})")


def cell(program: KerasProgram, names: Sequence[str] = CELLS) -> str:
    """A cell."""
    return f"{spelt(program, program.choose(names))}({program.choose(WIDTHS)})"


def cells(program: KerasProgram) -> str:
    """What an RNN layer runs: a cell, several in a list, or several stacked."""
    several = ", ".join(cell(program) for _ in range(program.random.randint(1, 3)))
    return str(program.choose((cell(program), f"[{several}]", f"{spelt(program, 'StackedRNNCells')}([{several}])")))


@layers("RNN")
def cell_rnn(program: KerasProgram, cls: str) -> None:
    apply(program, f"{cls}({cells(program)}{flags(program)})", program.fitting(3, most=LIMIT))


@layers(*CELLS)
def one_step(program: KerasProgram, cls: str) -> None:
    source = program.fitting(2, most=LIMIT)
    width = program.choose(WIDTHS)
    state = program.dense(width, source)
    given = ", ".join([state] * (2 if cls.endswith("LSTMCell") else 1))
    program.add(f"{program.layer(f'{cls}({width})')}({source}, {program.choose(('', 'states='))}[{given}])")


@layers("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
def convolutional(program: KerasProgram, cls: str) -> None:
    rank = int(cls[-2])
    source = program.fitting(rank + 3, 2, most=LIMIT)
    options = program.choose(("", ", padding='same'", ", strides=1"))
    kernel = program.choose((1, 2, (2,) * rank))
    apply(program, f"{cls}(6, {kernel}{options}{flags(program, alone=False)})", source)


MODES = ("", "", ", merge_mode='sum'", ", merge_mode='concat'", ", 'ave'", ", merge_mode='mul'", ", None")


@layers("Bidirectional")
def bidirectional(program: KerasProgram, cls: str) -> None:
    name = program.choose(("LSTM", "LSTM", "GRU", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D"))
    source = program.fitting(4 if name.startswith("Conv") else 3, 2, most=LIMIT)
    width = program.choose(WIDTHS)
    first = cell(program) if name == "RNN" else f"{width}, 2" if name.startswith("Conv") else f"{width}"
    asked = flags(program, alone=False)
    inner = f"{spelt(program, name)}({first}{asked})"
    mode = program.choose(MODES)
    if name in ("LSTM", "GRU") and program.chance(0.3):
        # Keras' symbolic tensors are wrong about two directions of different widths.
        other = program.choose(WIDTHS) if program.in_class and not program.traced and not mode else width
        mode += f", backward_layer={spelt(program, name)}({other}{asked}, go_backwards=True)"
    callee = program.layer(f"{cls}({inner}{mode})")
    number = {"LSTM": 4, "GRU": 2}.get(name, 0) if "backward" not in mode else 0
    started = states(program, width, number, program.shapes[source][0])
    program.add(f"{callee}({source}{f', initial_state=[{chr(44).join(started)}]' if started else ''})")


@layers("TimeDistributed")
def time_distributed(program: KerasProgram, cls: str) -> None:
    forms = {
        3: (
            "Dense(4)",
            "Sequential([layers.Dense(4), layers.Dense(6)])",
            "Dropout(0.1)",
            "Activation('tanh')",
            "Reshape((-1, 1))",
            "RepeatVector(2)",
            "Flatten()",
        ),
        4: (
            "LSTM(4)",
            "GRU(4, return_sequences=True)",
            "Flatten()",
            "Conv1D(6, 2)",
            "GlobalMaxPooling1D()",
            "Dense(4)",
        ),
        5: ("Conv2D(6, 2)", "MaxPooling2D(1)", "GlobalAveragePooling2D()", "Flatten()"),
    }
    rank = program.choose((3, 3, 4, 4, 5))
    source = program.fitting(rank, 2, most=LIMIT)
    name, _, arguments = program.choose(forms[rank]).partition("(")
    inner = "keras.Sequential" if name == "Sequential" else spelt(program, name)
    apply(program, f"{cls}({inner}({arguments})", source)


@layers("StackedRNNCells")
def stacked_cells(program: KerasProgram, cls: str) -> None:
    several = ", ".join(cell(program) for _ in range(2))
    source = program.fitting(3, most=LIMIT)
    apply(program, f"{spelt(program, 'RNN')}({cls}([{several}]){flags(program)})", source)
