"""Keras layers that stand around recurrent ones: parameters in the order of Keras 3."""

from __future__ import annotations

from dataclasses import replace

from lstmlint.catalogue.keras_parameters import (
    ACTIVITY,
    DATA_FORMAT,
    NAME,
    PADDING,
    SEED,
    UNITS,
    USE_BIAS,
    activation,
    flag,
    for_each,
    initializers,
    layer,
    number,
    required,
    unset,
)
from lstmlint.catalogue.spec import LayerSpec, Parameter

_FILTERS = (required("filters", "int"), required("kernel_size"))
_LINEAR = activation(None)
_KERNEL_WEIGHTS = (*for_each("regularizer", "kernel", "bias"), ACTIVITY, *for_each("constraint", "kernel", "bias"))
_KERNEL = (_LINEAR, USE_BIAS, *initializers(kernel="glorot_uniform"), *_KERNEL_WEIGHTS)
_DEPTHWISE = (
    _LINEAR,
    USE_BIAS,
    *initializers(depthwise="glorot_uniform"),
    *for_each("regularizer", "depthwise", "bias"),
    ACTIVITY,
    *for_each("constraint", "depthwise", "bias"),
)
_SEPARABLE = (
    _LINEAR,
    USE_BIAS,
    *initializers(depthwise="glorot_uniform", pointwise="glorot_uniform"),
    *for_each("regularizer", "depthwise", "pointwise", "bias"),
    ACTIVITY,
    *for_each("constraint", "depthwise", "pointwise", "bias"),
)
_LORA = unset("lora_rank", "lora_alpha", "quantization_config")
_OUTPUT_PADDING = Parameter("output_padding", None)
_MULTIPLIER = Parameter("depth_multiplier", 1, "int")
_GROUPS = Parameter("groups", 1, "int")
_AXIS = Parameter("axis", -1)
_AFFINE = (flag("center", True), flag("scale", True))
_NORM_TAIL = (*for_each("regularizer", "beta", "gamma"), *for_each("constraint", "beta", "gamma"))
_BETA_GAMMA = (Parameter("beta_initializer", "zeros", "str"), Parameter("gamma_initializer", "ones", "str"))


def _strides(rank: int) -> tuple[Parameter, ...]:
    return Parameter("strides", 1 if rank == 1 else (1,) * rank), PADDING


def _dilation(rank: int) -> Parameter:
    return Parameter("dilation_rate", 1 if rank == 1 else (1,) * rank)


def _convolutions(rank: int) -> tuple[LayerSpec, ...]:
    format = (*_strides(rank), DATA_FORMAT, _dilation(rank))
    plain = layer(f"Conv{rank}D", f"conv{rank}d", *_FILTERS, *format, _GROUPS, *_KERNEL)
    if rank == 3:
        return (plain,)
    turned = (*_FILTERS, *_strides(rank), _OUTPUT_PADDING, DATA_FORMAT, _dilation(rank), *_KERNEL)
    transposed = layer(f"Conv{rank}DTranspose", f"conv{rank}d_transpose", *turned)
    separable = layer(f"SeparableConv{rank}D", f"conv{rank}d", *_FILTERS, *format, _MULTIPLIER, *_SEPARABLE)
    depthwise = (required("kernel_size"), *_strides(rank), _MULTIPLIER, DATA_FORMAT, _dilation(rank), *_DEPTHWISE)
    return plain, transposed, separable, layer(f"DepthwiseConv{rank}D", f"depthwise_conv{rank}d", *depthwise)


def _pooling(rank: int) -> tuple[LayerSpec, ...]:
    tail = (Parameter("strides", None), PADDING, DATA_FORMAT, NAME)
    overall = (DATA_FORMAT, flag("keepdims"))
    return (
        layer(f"MaxPooling{rank}D", f"pool{rank}d", Parameter("pool_size", 2 if rank == 1 else (2,) * rank), *tail),
        layer(f"AveragePooling{rank}D", f"pool{rank}d", required("pool_size"), *tail),
        layer(f"GlobalMaxPooling{rank}D", f"global_pool{rank}d", *overall),
        layer(f"GlobalAveragePooling{rank}D", f"global_pool{rank}d", *overall),
    )


_CORE = (
    layer("Dense", "linear", UNITS, *_KERNEL, *_LORA),
    layer(
        "Embedding",
        "embedding",
        required("input_dim", "int"),
        required("output_dim", "int"),
        Parameter("embeddings_initializer", "uniform", "str"),
        *unset("embeddings_regularizer", "embeddings_constraint"),
        flag("mask_zero"),
        Parameter("weights", None),
        *_LORA,
        accepts=("input_length",),
    ),
    layer("Masking", "masking", Parameter("mask_value", 0.0, "float")),
    layer("Lambda", "lambda", required("function"), *unset("output_shape", "mask", "arguments")),
    layer("Identity", "identity"),
    layer(
        "InputLayer",
        "input",
        *unset("shape", "batch_size"),
        Parameter("dtype", None),
        *unset("sparse", "ragged", "batch_shape", "input_tensor"),
        flag("optional"),
        NAME,
        accepts=("input_shape", "batch_input_shape"),
        closed=True,
    ),
)
_TEXT = (
    layer(
        "TextVectorization",
        "text",
        Parameter("max_tokens", None, "int"),
        Parameter("standardize", "lower_and_strip_punctuation"),
        Parameter("split", "whitespace"),
        Parameter("ngrams", None),
        Parameter("output_mode", "int", "str"),
        Parameter("output_sequence_length", None, "int"),
        flag("pad_to_max_tokens"),
        *unset("vocabulary", "idf_weights"),
        *(flag(name) for name in ("sparse", "ragged")),
        Parameter("encoding", "utf-8", "str"),
        NAME,
    ),
)
_DROPOUTS = (
    layer("Dropout", "dropout", required("rate", "float"), Parameter("noise_shape", None), SEED),
    layer("AlphaDropout", "dropout", required("rate", "float"), Parameter("noise_shape", None), SEED),
    layer(
        "SpatialDropout1D",
        "spatial_dropout1d",
        required("rate", "float"),
        SEED,
        NAME,
        Parameter("dtype", None),
        closed=True,
    ),
    layer(
        "SpatialDropout2D",
        "dropout",
        required("rate", "float"),
        DATA_FORMAT,
        SEED,
        NAME,
        Parameter("dtype", None),
        closed=True,
    ),
    layer("GaussianDropout", "dropout", required("rate", "float"), SEED),
    layer("GaussianNoise", "dropout", required("stddev", "float"), SEED),
    layer(
        "ActivityRegularization",
        "identity",
        number("l1", 0.0),
        number("l2", 0.0),
        accepts=("name", "dtype", "trainable"),
        closed=True,
    ),
)
_RESHAPING = (
    layer("Flatten", "flatten", DATA_FORMAT),
    layer("Reshape", "reshape", required("target_shape")),
    layer("Permute", "permute", required("dims")),
    layer("RepeatVector", "repeat_vector", required("n", "int")),
    layer("UpSampling1D", "resize1d", Parameter("size", 2, "int")),
    layer("ZeroPadding1D", "resize1d", Parameter("padding", 1), DATA_FORMAT),
    layer("Cropping1D", "resize1d", Parameter("cropping", (1, 1))),
    layer(
        "UpSampling2D", "resize2d", Parameter("size", (2, 2)), DATA_FORMAT, Parameter("interpolation", "nearest", "str")
    ),
    layer("ZeroPadding2D", "resize2d", Parameter("padding", (1, 1)), DATA_FORMAT),
    layer("Cropping2D", "resize2d", Parameter("cropping", ((0, 0), (0, 0))), DATA_FORMAT),
)
_MERGING = (
    layer("Concatenate", "concatenate", _AXIS),
    *(layer(name, "merge") for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")),
    layer("Dot", "dot", required("axes"), flag("normalize")),
)
_ATTENTION = (
    layer(
        "Attention",
        "attention",
        flag("use_scale"),
        Parameter("score_mode", "dot", "str"),
        number("dropout", 0.0),
        SEED,
    ),
    layer("AdditiveAttention", "attention", flag("use_scale", True), number("dropout", 0.0)),
    layer(
        "MultiHeadAttention",
        "multi_head_attention",
        required("num_heads", "int"),
        required("key_dim", "int"),
        Parameter("value_dim", None, "int"),
        number("dropout", 0.0),
        USE_BIAS,
        *unset("output_shape", "attention_axes", "sliding_window", "flash_attention"),
        *initializers(kernel="glorot_uniform"),
        *_KERNEL_WEIGHTS,
        flag("use_gate"),
        SEED,
    ),
)
_NORMALISATIONS = (
    layer(
        "BatchNormalization",
        "norm",
        _AXIS,
        number("momentum", 0.99),
        number("epsilon", 1e-3),
        *_AFFINE,
        *_BETA_GAMMA,
        Parameter("moving_mean_initializer", "zeros", "str"),
        Parameter("moving_variance_initializer", "ones", "str"),
        *_NORM_TAIL,
        flag("renorm"),
        Parameter("renorm_clipping", None),
        number("renorm_momentum", 0.99),
        flag("synchronized"),
    ),
    layer("LayerNormalization", "norm", _AXIS, number("epsilon", 1e-3), *_AFFINE, *_BETA_GAMMA, *_NORM_TAIL),
    layer(
        "GroupNormalization",
        "norm",
        Parameter("groups", 32, "int"),
        _AXIS,
        number("epsilon", 1e-3),
        *_AFFINE,
        *_BETA_GAMMA,
        *_NORM_TAIL,
    ),
    layer("UnitNormalization", "norm", _AXIS),
    layer("RMSNormalization", "norm", _AXIS, number("epsilon", 1e-6)),
    layer("Normalization", "norm", _AXIS, *unset("mean", "variance"), flag("invert")),
)
_ACTIVATIONS = (
    layer("Activation", "activation", required("activation", "str")),
    layer("ReLU", "activation", Parameter("max_value", None), number("negative_slope", 0.0), number("threshold", 0.0)),
    layer("LeakyReLU", "activation", number("negative_slope", 0.3), accepts=("alpha",)),
    layer(
        "PReLU",
        "activation",
        Parameter("alpha_initializer", "Zeros", "str"),
        *unset("alpha_regularizer", "alpha_constraint", "shared_axes"),
    ),
    layer("ELU", "activation", number("alpha", 1.0)),
    layer("Softmax", "softmax", _AXIS),
)
_SPATIAL = tuple(spec for rank in (1, 2, 3) for spec in (*_convolutions(rank), *_pooling(rank)))


def other_names(name: str) -> tuple[str, ...]:
    """The further names under which Keras exports a layer: MaxPool1D is MaxPooling1D, Convolution1D is Conv1D."""
    if "Pooling" in name:
        return (name.replace("Average", "Avg").replace("Pooling", "Pool"),)
    return (name.replace("Conv", "Convolution"),) if "Conv" in name and "Depthwise" not in name else ()


_NAMED = (
    *_CORE,
    *_TEXT,
    *_DROPOUTS,
    *_SPATIAL,
    *_RESHAPING,
    *_MERGING,
    *_ATTENTION,
    *_NORMALISATIONS,
    *_ACTIVATIONS,
)

LAYERS: tuple[LayerSpec, ...] = (
    *_NAMED,
    *(replace(spec, path=f"keras.layers.{name}") for spec in _NAMED for name in other_names(spec.name)),
)
