"""Statements that apply one torch layer each, for every layer that the interpreter models."""

from __future__ import annotations

from collections.abc import Callable

from tests.interpret.torch_generated import TorchProgram

Step = Callable[[TorchProgram, str], None]
STEPS: dict[str, Step] = {}
"""By a layer's name; each is given the program and the name."""
LIMIT = 1_000


def layers(*names: str) -> Callable[[Step], Step]:
    """Registers what applies the layers of some names."""

    def register(step: Step) -> Step:
        STEPS.update(dict.fromkeys(names, step))
        return step

    return register


def apply(program: TorchProgram, construction: str, source: str) -> str:
    """One layer on one tensor."""
    return program.add(f"{program.layer(f'nn.{construction}')}({source})")


@layers("Linear", "LazyLinear")
def linear(program: TorchProgram, name: str) -> None:
    source = program.fitting(program.choose((2, 3, 3, None)))
    width = program.choose((4, 11))
    size = "" if name == "LazyLinear" else f"{program.shapes[source][-1]}, "
    apply(program, f"{name}({size}{program.choose((f'{width}', f'out_features={width}'))})", source)


_PLAIN = {
    **dict.fromkeys(("Identity", "Dropout", "AlphaDropout", "ReLU", "ReLU6", "SELU", "SiLU", "Mish", "Tanh"), ""),
    **dict.fromkeys(("Sigmoid", "LogSigmoid", "Softsign", "Tanhshrink", "Hardswish", "Hardsigmoid", "Hardtanh"), ""),
    **dict.fromkeys(("LeakyReLU", "ELU", "CELU", "GELU", "Softplus", "PReLU"), ""),
    **dict.fromkeys(("Softmax", "LogSoftmax", "Softmin"), "dim=-1"),
}


@layers(*_PLAIN)
def elementwise(program: TorchProgram, name: str) -> None:
    apply(program, f"{name}({_PLAIN[name]})", program.fitting(program.choose((2, 3, 4, None))))


@layers("LayerNorm", "RMSNorm")
def layer_norm(program: TorchProgram, name: str) -> None:
    source = program.fitting(program.choose((2, 3, 3, 4)))
    *_, last = program.shapes[source]
    apply(program, f"{name}({program.choose((str(last), f'({last},)', f'[{last}]'))})", source)


@layers("GroupNorm")
def group_norm(program: TorchProgram, name: str) -> None:
    source = program.fitting(program.choose((3, 4)), 2)
    apply(program, f"{name}(1, {program.shapes[source][1]})", source)


def _rank(name: str) -> int:
    return int(name[-2])


@layers(*(f"{kind}{n}d" for kind in ("BatchNorm", "InstanceNorm") for n in (1, 2, 3)))
def channel_norm(program: TorchProgram, name: str) -> None:
    source = program.fitting(_rank(name) + 2, 2)
    apply(program, f"{name}({program.shapes[source][1]})", source)


@layers("Dropout1d", "Dropout2d", "Dropout3d")
def channel_dropout(program: TorchProgram, name: str) -> None:
    apply(program, f"{name}(0.2)", program.fitting(_rank(name) + 2))


@layers("FeatureAlphaDropout")
def feature_dropout(program: TorchProgram, name: str) -> None:
    apply(program, f"{name}(0.2)", program.fitting(program.choose((2, 3))))


@layers("Embedding")
def embedding(program: TorchProgram, name: str) -> None:
    source = program.fitting(program.choose((2, 3)), most=LIMIT)
    options = program.choose(("", ", padding_idx=0"))
    apply(program, f"{name}(10, {program.choose((4, 6))}{options})", f"torch.zeros_like({source}).long()")


@layers(*(f"{kind}{n}d" for kind in ("Conv", "ConvTranspose") for n in (1, 2, 3)))
def convolution(program: TorchProgram, name: str) -> None:
    rank = _rank(name)
    source = program.fitting(rank + 2, 2, most=LIMIT)
    kernel = program.choose(("2", "1", f"{(2,) * rank}", "kernel_size=2", "3, padding=1", "3, 1, 1", "2, stride=2"))
    if "Trans" not in name:
        kernel = program.choose((kernel, kernel, "3, padding='same'", "1, dilation=2", "3, padding=2, dilation=2"))
    apply(program, f"{name}({program.shapes[source][1]}, {program.choose((6, 13))}, {kernel})", source)


@layers(*(f"MaxPool{n}d" for n in (1, 2, 3)), "AvgPool1d")
def pooling(program: TorchProgram, name: str) -> None:
    rank = _rank(name)
    source = program.fitting(rank + 2, 2)
    sizes = ["2", "kernel_size=2", "2, stride=1", "2, 2", "3, padding=1", "2, ceil_mode=True"]
    sizes += [f"{(2,) * rank}"] + (["2, return_indices=True"] if "Max" in name else [])
    apply(program, f"{name}({program.choose(sizes)})", source)


@layers(*(f"Adaptive{kind}Pool{n}d" for kind in ("Avg", "Max") for n in (1, 2, 3)))
def adaptive_pooling(program: TorchProgram, name: str) -> None:
    rank = _rank(name)
    sizes = ["1", "2", f"output_size={(2,) * rank}", f"{(1,) * rank}"] + (["(None, 2)"] if rank == 2 else [])
    apply(program, f"{name}({program.choose(sizes)})", program.fitting(rank + 2, 2))


@layers("Flatten")
def flatten(program: TorchProgram, name: str) -> None:
    arguments = program.choose(("", "1", "0, 1", "start_dim=-2", "0", "end_dim=-2"))
    apply(program, f"{name}({arguments})", program.fitting(program.choose((3, 3, 4))))


@layers("Unflatten")
def unflatten(program: TorchProgram, name: str) -> None:
    source = program.fitting(program.choose((2, 3)))
    last = program.shapes[source][-1]
    arguments = program.choose((f"-1, (1, {last})", "1, (-1, 1)", "dim=1, unflattened_size=(1, -1)"))
    apply(program, f"{name}({arguments})", source)


@layers("GLU")
def gated(program: TorchProgram, name: str) -> None:
    source = program.fitting(program.choose((2, 3)), most=LIMIT)
    axis = program.choose((-1, 0, 1))
    apply(program, f"{name}({'' if axis == -1 else f'dim={axis}'})", f"torch.cat([{source}, {source}], {axis})")


@layers("MultiheadAttention")
def multihead_attention(program: TorchProgram, name: str) -> None:
    source = program.fitting(3, most=LIMIT)
    width = program.shapes[source][-1]
    first = program.choose(("", ", batch_first=True", ", batch_first=False"))
    key = program.choose((source, f"{source}[:, :1]" if "True" in first else f"{source}[:1]"))
    options = program.choose(("", "", ", need_weights=False", ", average_attn_weights=False"))
    callee = program.layer(f"nn.{name}({width}, {1}{first})")
    value = f"({callee}({source}, {key}, {key}{options}))"
    program.add(f"{value}[0]" if "need" in options else value)


@layers("TransformerEncoderLayer", "TransformerEncoder", "TransformerDecoderLayer", "TransformerDecoder")
def transformer(program: TorchProgram, name: str) -> None:
    source = program.fitting(3, most=400)
    width = program.shapes[source][-1]
    kind = "Encoder" if "Encoder" in name else "Decoder"
    first = program.choose(("", ", batch_first=True"))
    one = f"nn.Transformer{kind}Layer({width}, 1, 8{first})"
    construction = one if name.endswith("Layer") else f"nn.{name}({one}, num_layers=2)"
    program.add(f"{program.layer(construction)}({source}{f', {source}' if kind == 'Decoder' else ''})")


@layers("LSTM", "GRU", "RNN")
def recurrent(program: TorchProgram, name: str) -> None:
    source = program.fitting(program.choose((3, 3, 3, 2)), most=LIMIT)
    flags = f"batch_first={program.choose((True, False))}, bidirectional={program.choose((True, False))}"
    projected = ", proj_size=3" if name == "LSTM" and program.chance(0.2) else ""
    width, count = program.choose((4, 6)), program.choose((1, 1, 2))
    construction = f"nn.{name}({program.shapes[source][-1]}, {width}, {count}, {flags}{projected})"
    program.add(f"{program.layer(construction)}({source})")


@layers("LSTMCell", "GRUCell", "RNNCell")
def cell(program: TorchProgram, name: str) -> None:
    source = program.fitting(program.choose((2, 2, 1)), most=LIMIT)
    callee = program.layer(f"nn.{name}({program.shapes[source][-1]}, {program.choose((4, 6))})")
    value = program.add(f"{callee}({source})")
    if name != "LSTMCell" and program.chance():
        program.add(f"{callee}({source}, {value})")


@layers("Sequential")
def sequential(program: TorchProgram, name: str) -> None:
    source = program.fitting(program.choose((2, 3)))
    width = program.shapes[source][-1]
    chain = [f"nn.Linear({width}, 4)", "nn.ReLU()", "nn.Linear(4, 6)", "nn.Dropout(0.1)"][
        : program.random.randint(1, 4)
    ]
    form = program.choose(("Sequential({})", "Sequential(*[{}])", "ModuleList([{}])[0]"))
    apply(program, form.format(", ".join(chain)), source)
