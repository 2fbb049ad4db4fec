"""Statements that apply one Keras layer each, for every layer that the interpreter models."""

from __future__ import annotations

from collections.abc import Callable

from tests.interpret.keras_generated import KerasProgram

Step = Callable[[KerasProgram, str], None]
STEPS: dict[str, Step] = {}
"""By a layer's name; each is given the program and the text that names the class."""


def layers(*names: str) -> Callable[[Step], Step]:
    """Registers what applies the layers of some names."""

    def register(step: Step) -> Step:
        STEPS.update(dict.fromkeys(names, step))
        return step

    return register


def spelt(program: KerasProgram, name: str) -> str:
    """A layer's class as a program may name it."""
    return f"{program.choose(('layers', 'layers', 'keras.layers', 'tf.keras.layers'))}.{name}"


def apply(program: KerasProgram, construction: str, source: str) -> str:
    """One layer on one tensor."""
    return program.add(f"{program.layer(construction)}({source})")


@layers("Dense")
def dense(program: KerasProgram, cls: str) -> None:
    source = program.fitting(program.choose((2, 3, None)))
    if len(program.shapes[source]) < 2:
        source = program.fitting(2)
    activation = program.choose(("", ", activation='relu'", ", 'tanh'"))
    apply(program, f"{cls}({program.choose((4, 11))}{activation})", source)


_PLAIN = {
    "Masking": ("", "0.0", "mask_value=-1.0"),
    "Identity": ("",),
    "Dropout": ("0.1", "rate=0.3"),
    "AlphaDropout": ("0.1",),
    "GaussianDropout": ("0.1",),
    "GaussianNoise": ("0.1",),
    "ActivityRegularization": ("", "l2=0.1"),
    "LayerNormalization": ("", "epsilon=1e-5"),
    "UnitNormalization": ("",),
    "RMSNormalization": ("",),
    "Normalization": ("mean=0.0, variance=1.0",),
    "BatchNormalization": ("", "momentum=0.9"),
    "Activation": ("'relu'", "activation='softmax'", "keras.activations.tanh"),
    "ReLU": ("", "max_value=6.0"),
    "LeakyReLU": ("", "negative_slope=0.1"),
    "PReLU": ("",),
    "ELU": ("", "0.5"),
    "Softmax": ("", "axis=-1", "axis=1"),
}


@layers(*_PLAIN)
def elementwise(program: KerasProgram, cls: str) -> None:
    arguments = program.choose(_PLAIN[cls.rpartition(".")[2]])
    apply(program, f"{cls}({arguments})", program.fitting(program.choose((2, 3, 3, 4))))


@layers("GroupNormalization")
def group_normalization(program: KerasProgram, cls: str) -> None:
    source = program.fitting(3)
    apply(program, f"{cls}({program.shapes[source][-1]})", source)


@layers("Embedding")
def embedding(program: KerasProgram, cls: str) -> None:
    source = program.fitting(program.choose((2, 3)), most=800)
    masked = program.choose(("", ", mask_zero=True"))
    apply(program, f"{cls}(10, {program.choose((4, 6))}{masked})", f"keras.ops.zeros_like({source})")


def sliding(program: KerasProgram, rank: int, source: str, *, padding: tuple[str, ...] = ("valid", "same")) -> str:
    """`kernel, strides=..., padding=...` that fit a tensor."""
    spatial = program.shapes[source][1 : rank + 1]
    kernel = [program.random.randint(1, min(3, size)) for size in spatial]
    kernel = [min(kernel)] * rank if program.chance(0.4) else kernel
    size = str(kernel[0]) if len(set(kernel)) == 1 and program.chance(0.6) else f"({', '.join(map(str, kernel))},)"
    strides = program.choose(("", "", ", strides=2", f", strides={(1,) * rank}", ", 1"))
    mode = program.choose(padding)
    if strides == ", 1":
        return f"{size}, 1, '{mode}'"
    return f"{size}{strides}{program.choose((f', padding={mode!r}', '')) if mode == 'valid' else f', padding={mode!r}'}"


def first(program: KerasProgram) -> str:
    """Now and then channels stand first, which TensorFlow cannot compute with on every machine."""
    return (
        ", data_format='channels_first'" if not program.in_class and not program.traced and program.chance(0.1) else ""
    )


def _rank(cls: str) -> int:
    return int(cls.partition("Transpose")[0][-2])


def _convolutions(name: str) -> tuple[str, ...]:
    return name, name.replace("Conv", "Convolution")


_CONVOLUTIONS = ("Conv1D", "Conv2D", "Conv3D", "SeparableConv1D", "SeparableConv2D")


@layers(*(name for own in _CONVOLUTIONS for name in _convolutions(own)))
def convolution(program: KerasProgram, cls: str) -> None:
    rank = _rank(cls)
    source = program.fitting(rank + 2, 2)
    padding = ("valid", "same", "causal") if cls.endswith((".Conv1D", ".Convolution1D")) else ("valid", "same")
    arguments = sliding(program, rank, source, padding=padding)
    more = ", dilation_rate=2" if "2" not in arguments and "3" not in arguments else first(program)
    if "first" in more:
        arguments = "2"
    apply(program, f"{cls}({program.choose((6, 13))}, {arguments}{more})", source)


@layers(*(name for own in ("Conv1DTranspose", "Conv2DTranspose") for name in _convolutions(own)))
def transposed_convolution(program: KerasProgram, cls: str) -> None:
    rank = _rank(cls)
    source = program.fitting(rank + 2, 2, most=1000)
    apply(program, f"{cls}({program.choose((6, 13))}, {sliding(program, rank, source)})", source)


@layers("DepthwiseConv1D", "DepthwiseConv2D")
def depthwise_convolution(program: KerasProgram, cls: str) -> None:
    rank = _rank(cls)
    source = program.fitting(rank + 2, 2)
    kernel = program.choose(("2", "1", f"kernel_size={(2,) * rank}"))
    options = program.choose(("", ", depth_multiplier=2", ", padding='same'", ", strides=2"))
    apply(program, f"{cls}({kernel}{options})", source)


def _poolings(kind: str) -> tuple[str, ...]:
    return tuple(f"{kind}{word}{rank}D" for word in ("Pooling", "Pool") for rank in (1, 2, 3))


@layers(*_poolings("Max"), *_poolings("Average"), *_poolings("Avg"))
def pooling(program: KerasProgram, cls: str) -> None:
    rank = _rank(cls)
    source = program.fitting(rank + 2, 2)
    size = program.choose(("2", f"pool_size={(2,) * rank}", "pool_size=2", "1"))
    if program.chance(0.2) and ".Max" in cls:
        size = ""
    options = program.choose(("", "strides=1", "padding='same'", f"strides={(2,) * rank}"))
    more = first(program).lstrip(", ") if options == "strides=1" else ""
    apply(program, f"{cls}({', '.join(part for part in (size, options, more) if part)})", source)


@layers(*_poolings("GlobalMax"), *_poolings("GlobalAverage"), *_poolings("GlobalAvg"))
def global_pooling(program: KerasProgram, cls: str) -> None:
    options = program.choose(("", "", "keepdims=True", first(program).lstrip(", ")))
    apply(program, f"{cls}({options})", program.fitting(_rank(cls) + 2))


@layers("SpatialDropout1D", "SpatialDropout2D")
def spatial_dropout(program: KerasProgram, cls: str) -> None:
    apply(program, f"{cls}(0.2)", program.fitting(_rank(cls) + 2))


@layers("UpSampling1D", "UpSampling2D", "ZeroPadding1D", "ZeroPadding2D", "Cropping1D", "Cropping2D")
def resizing(program: KerasProgram, cls: str) -> None:
    rank = _rank(cls)
    source = program.fitting(rank + 2, 3, most=LIMIT)
    sides = ("1", "(1, 0)") if rank == 1 else ("1", "(1, 0)", "((1, 0), (0, 1))")
    forms = {"Up": ("", "2", "size=2") if rank == 1 else ("", "(2, 1)", "size=2")}
    forms |= {"Ze": ("", *sides, f"padding={sides[-1]}"), "Cr": (*sides, f"cropping={sides[-1]}")}
    apply(program, f"{cls}({program.choose(forms[cls.rpartition('.')[2][:2]])})", source)


LIMIT = 1_000


@layers("RepeatVector")
def repeat_vector(program: KerasProgram, cls: str) -> None:
    source = program.fitting(2, most=LIMIT)
    apply(program, f"{cls}({program.choose((4, 5))})", source)


@layers("Permute")
def permute(program: KerasProgram, cls: str) -> None:
    source = program.fitting(program.choose((2, 3, 3, 4)))
    order = list(range(1, len(program.shapes[source])))
    program.random.shuffle(order)
    apply(program, f"{cls}({program.choose((tuple(order), order))})", source)


@layers("Flatten")
def flatten(program: KerasProgram, cls: str) -> None:
    apply(program, f"{cls}()", program.fitting(program.choose((2, 3, 3, 4))))


@layers("Reshape")
def reshape(program: KerasProgram, cls: str) -> None:
    source = program.fitting(program.choose((2, 3, 3, 4)))
    inner = list(program.shapes[source][1:])
    forms = [[-1], inner, [*inner, 1], inner[::-1], [1, -1], [inner[0], -1]]
    if inner[-1] % 2 == 0:
        forms.append([*inner[:-1], 2, -1])
    if len(inner) > 1:
        forms += [[inner[0] * inner[1], *inner[2:]], [-1, inner[-1]]]
    shape = program.choose(forms)
    apply(program, f"{cls}({program.choose((tuple(shape), shape))})", source)


@layers("Concatenate")
def concatenate(program: KerasProgram, cls: str) -> None:
    source = program.fitting(program.choose((2, 3)), most=LIMIT)
    rank = len(program.shapes[source])
    parts = [source, source]
    axis = program.axis(rank, 1)
    if axis in (-1, rank - 1) and program.chance():
        parts[1] = program.dense(4, source)
    if rank == 3 and axis in (1, -2) and program.chance():
        parts.append(f"{source}[:, :1]")
    where = program.choose(("", "axis=-1")) if axis in (-1, rank - 1) else f"axis={axis}"
    apply(program, f"{cls}({where})", f"[{', '.join(parts)}]")


@layers("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
def merge(program: KerasProgram, cls: str) -> None:
    source = program.fitting(program.choose((2, 3)))
    width = program.shapes[source][-1]
    others = [source, program.dense(width, source), program.dense(1, source)]
    if len(program.shapes[source]) == 3:
        others.append(f"{source}[:, :1]")
    apply(program, f"{cls}()", f"[{source}, {program.choose(others)}]")


@layers("Dot")
def dot(program: KerasProgram, cls: str) -> None:
    source = program.fitting(program.choose((2, 3)), most=LIMIT)
    axes = program.choose(("1", "axes=1") if len(program.shapes[source]) == 2 else ("axes=2", "(1, 1)", "axes=-1"))
    apply(program, f"{cls}({axes})", f"[{source}, {source}]")


@layers("Attention", "AdditiveAttention")
def attention(program: KerasProgram, cls: str) -> None:
    source = program.fitting(3, most=LIMIT)
    value = program.choose((source, f"{source}[:, :1]"))
    inputs = program.choose((f"[{source}, {value}]", f"[{source}, {value}, {value}]"))
    scores = program.choose(("", "", ", return_attention_scores=True"))
    program.add(f"{program.layer(f'{cls}()')}({inputs}{scores})")


@layers("MultiHeadAttention")
def multi_head_attention(program: KerasProgram, cls: str) -> None:
    source = program.fitting(3, most=LIMIT)
    value = program.choose((source, f"{source}[:, :1]"))
    options = program.choose(("", ", value_dim=3", ", output_shape=6", ", dropout=0.1"))
    # The scores' shape is wrong in Keras' symbolic tensors where query and value differ in length.
    scores = ", return_attention_scores=True" if program.chance(0.3) and (program.in_class or value == source) else ""
    arguments = program.choose((f"{source}, {value}", f"{source}, {value}, {value}", f"query={source}, value={value}"))
    program.add(f"{program.layer(f'{cls}(2, key_dim=4{options})')}({arguments}{scores})")


@layers("TextVectorization")
def text_vectorization(program: KerasProgram, cls: str) -> None:
    texts = program.choose(("['a b', 'a']", "[['a'], ['b a']]", "'b'"))
    length = program.choose(("", ", output_sequence_length=4", ", output_mode='int', output_sequence_length=1"))
    construction = f"{cls}(vocabulary=['a', 'b']{length})"
    program.add(f"tf.cast({program.layer(construction)}(tf.constant({texts})), 'float32')")


@layers("Lambda")
def function_layer(program: KerasProgram, cls: str) -> None:
    source = program.fitting(3)
    functions = ("lambda t: t[:, -1]", "lambda t: tf.reduce_mean(t, axis=1)", "lambda t: keras.ops.expand_dims(t, 1)")
    functions += ("lambda t, w: t[:, w]", "lambda t: t * 2.0", "lambda t: K.permute_dimensions(t, (0, 2, 1))", "tf.abs")
    function = program.choose(functions)
    apply(program, f"{cls}({function}{', arguments={' + repr('w') + ': 0}' if 'w:' in function else ''})", source)
