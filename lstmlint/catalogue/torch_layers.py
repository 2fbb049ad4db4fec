"""torch's layers around the recurrent ones: parameters in order, as torch 2 documents them.

Containers take their children as positional arguments and have no parameters here. `MultiheadAttention` and the
Transformer layers have a `batch_first` of their own, False by default like the recurrent layers'.
"""

from __future__ import annotations

from lstmlint.catalogue.spec import LayerSpec, Parameter

_BIAS = Parameter("bias", True, "bool")
_BATCH_FIRST = Parameter("batch_first", False, "bool")
_INPLACE = Parameter("inplace", False, "bool")
_FACTORY = (Parameter("device", None), Parameter("dtype", None))
_EPS = Parameter("eps", 1e-05, "float")
_CHANNELS = (Parameter("in_channels", kind="int"), Parameter("out_channels", kind="int"), Parameter("kernel_size"))
_PADDING_MODE = Parameter("padding_mode", "zeros", "str")
_DROP = (Parameter("p", 0.5, "float"), _INPLACE)


def _layer(name: str, family: str, *parameters: Parameter, keyword_only: tuple[Parameter, ...] = ()) -> LayerSpec:
    return LayerSpec(f"torch.nn.{name}", "torch", family, parameters, keyword_only)


def _conv(name: str, family: str) -> LayerSpec:
    spacing = (Parameter("stride", 1), Parameter("padding", 0), Parameter("dilation", 1))
    groups = Parameter("groups", 1, "int")
    return _layer(name, family, *_CHANNELS, *spacing, groups, _BIAS, _PADDING_MODE, *_FACTORY)


def _transposed_conv(name: str, family: str) -> LayerSpec:
    spacing = (Parameter("stride", 1), Parameter("padding", 0), Parameter("output_padding", 0))
    rest = (Parameter("groups", 1, "int"), _BIAS, Parameter("dilation", 1), _PADDING_MODE)
    return _layer(name, family, *_CHANNELS, *spacing, *rest, *_FACTORY)


def _batch_norm(name: str, family: str, affine: bool = True) -> LayerSpec:
    return _layer(
        name,
        family,
        Parameter("num_features", kind="int"),
        _EPS,
        Parameter("momentum", 0.1, "float"),
        Parameter("affine", affine, "bool"),
        Parameter("track_running_stats", affine, "bool"),
        *_FACTORY,
        keyword_only=(_BIAS,),
    )


def _pool(name: str, family: str, largest: bool) -> LayerSpec:
    window = (Parameter("kernel_size"), Parameter("stride", None), Parameter("padding", 0))
    ceil = Parameter("ceil_mode", False, "bool")
    if largest:
        return _layer(name, family, *window, Parameter("dilation", 1), Parameter("return_indices", False, "bool"), ceil)
    return _layer(name, family, *window, ceil, Parameter("count_include_pad", True, "bool"))


def _transformer_layer(name: str) -> LayerSpec:
    return _layer(
        name,
        "transformer_layer",
        Parameter("d_model", kind="int"),
        Parameter("nhead", kind="int"),
        Parameter("dim_feedforward", 2048, "int"),
        Parameter("dropout", 0.1, "float"),
        Parameter("activation", "relu"),
        Parameter("layer_norm_eps", 1e-05, "float"),
        _BATCH_FIRST,
        Parameter("norm_first", False, "bool"),
        _BIAS,
        *_FACTORY,
    )


_DENSE = (
    _layer(
        "Linear",
        "linear",
        Parameter("in_features", kind="int"),
        Parameter("out_features", kind="int"),
        _BIAS,
        *_FACTORY,
    ),
    _layer("LazyLinear", "linear", Parameter("out_features", kind="int"), _BIAS, *_FACTORY),
    _layer("Identity", "identity"),
    _layer(
        "Embedding",
        "embedding",
        Parameter("num_embeddings", kind="int"),
        Parameter("embedding_dim", kind="int"),
        Parameter("padding_idx", None, "int"),
        Parameter("max_norm", None, "float"),
        Parameter("norm_type", 2.0, "float"),
        Parameter("scale_grad_by_freq", False, "bool"),
        Parameter("sparse", False, "bool"),
        Parameter("_weight", None),
        Parameter("_freeze", False, "bool"),
        *_FACTORY,
    ),
)

_CONVOLUTIONS = (
    *(_conv(f"Conv{n}d", f"conv{n}d") for n in (1, 2, 3)),
    *(_transposed_conv(f"ConvTranspose{n}d", f"conv{n}d") for n in (1, 2, 3)),
)

_NORMS = (
    *(_batch_norm(f"BatchNorm{n}d", f"batch_norm{n}d") for n in (1, 2, 3)),
    *(_batch_norm(f"InstanceNorm{n}d", f"instance_norm{n}d", affine=False) for n in (1, 2, 3)),
    _layer(
        "LayerNorm",
        "layer_norm",
        Parameter("normalized_shape"),
        _EPS,
        Parameter("elementwise_affine", True, "bool"),
        _BIAS,
        *_FACTORY,
    ),
    _layer(
        "RMSNorm",
        "layer_norm",
        Parameter("normalized_shape"),
        Parameter("eps", None, "float"),
        Parameter("elementwise_affine", True, "bool"),
        *_FACTORY,
    ),
    _layer(
        "GroupNorm",
        "group_norm",
        Parameter("num_groups", kind="int"),
        Parameter("num_channels", kind="int"),
        _EPS,
        Parameter("affine", True, "bool"),
        *_FACTORY,
        keyword_only=(_BIAS,),
    ),
)

_DROPOUTS = (
    *(_layer(name, "dropout", *_DROP) for name in ("Dropout", "AlphaDropout", "FeatureAlphaDropout")),
    *(_layer(f"Dropout{n}d", f"dropout{n}d", *_DROP) for n in (1, 2, 3)),
)

_ACTIVATIONS = (
    *(_layer(name, "activation") for name in ("Tanh", "Sigmoid", "LogSigmoid", "Softsign", "Tanhshrink")),
    *(
        _layer(name, "activation", _INPLACE)
        for name in ("ReLU", "ReLU6", "SELU", "SiLU", "Mish", "Hardswish", "Hardsigmoid")
    ),
    _layer("LeakyReLU", "activation", Parameter("negative_slope", 0.01, "float"), _INPLACE),
    _layer("ELU", "activation", Parameter("alpha", 1.0, "float"), _INPLACE),
    _layer("CELU", "activation", Parameter("alpha", 1.0, "float"), _INPLACE),
    _layer("GELU", "activation", Parameter("approximate", "none", "str")),
    _layer("Softplus", "activation", Parameter("beta", 1.0, "float"), Parameter("threshold", 20.0, "float")),
    _layer("PReLU", "activation", Parameter("num_parameters", 1, "int"), Parameter("init", 0.25, "float"), *_FACTORY),
    _layer(
        "Hardtanh",
        "activation",
        Parameter("min_val", -1.0, "float"),
        Parameter("max_val", 1.0, "float"),
        _INPLACE,
        Parameter("min_value", None, "float"),
        Parameter("max_value", None, "float"),
    ),
    *(_layer(name, "softmax", Parameter("dim", None, "int")) for name in ("Softmax", "LogSoftmax", "Softmin")),
    _layer("GLU", "glu", Parameter("dim", -1, "int")),
)

_POOLS = (
    *(_pool(f"MaxPool{n}d", f"pool{n}d", largest=True) for n in (1, 2, 3)),
    _pool("AvgPool1d", "pool1d", largest=False),
    *(_layer(f"AdaptiveAvgPool{n}d", f"adaptive_pool{n}d", Parameter("output_size")) for n in (1, 2, 3)),
    *(
        _layer(
            f"AdaptiveMaxPool{n}d",
            f"adaptive_pool{n}d",
            Parameter("output_size"),
            Parameter("return_indices", False, "bool"),
        )
        for n in (1, 2, 3)
    ),
)

_SHAPES = (
    _layer("Flatten", "flatten", Parameter("start_dim", 1, "int"), Parameter("end_dim", -1, "int")),
    _layer("Unflatten", "unflatten", Parameter("dim", kind="int"), Parameter("unflattened_size")),
)

_ATTENTION = (
    _layer(
        "MultiheadAttention",
        "multihead_attention",
        Parameter("embed_dim", kind="int"),
        Parameter("num_heads", kind="int"),
        Parameter("dropout", 0.0, "float"),
        _BIAS,
        Parameter("add_bias_kv", False, "bool"),
        Parameter("add_zero_attn", False, "bool"),
        Parameter("kdim", None, "int"),
        Parameter("vdim", None, "int"),
        _BATCH_FIRST,
        *_FACTORY,
    ),
    _transformer_layer("TransformerEncoderLayer"),
    _transformer_layer("TransformerDecoderLayer"),
    _layer(
        "TransformerEncoder",
        "transformer",
        Parameter("encoder_layer"),
        Parameter("num_layers", kind="int"),
        Parameter("norm", None),
        Parameter("enable_nested_tensor", True, "bool"),
        Parameter("mask_check", True, "bool"),
    ),
    _layer(
        "TransformerDecoder",
        "transformer",
        Parameter("decoder_layer"),
        Parameter("num_layers", kind="int"),
        Parameter("norm", None),
    ),
)

CONTAINERS = (
    _layer("Sequential", "sequential"),
    _layer("ModuleList", "module_list"),
    _layer("ModuleDict", "module_dict"),
)
"""Sequential's children are its positional arguments; ModuleList and ModuleDict behave as a list and a dictionary."""

LAYERS: tuple[LayerSpec, ...] = (
    *_DENSE,
    *_CONVOLUTIONS,
    *_NORMS,
    *_DROPOUTS,
    *_ACTIVATIONS,
    *_POOLS,
    *_SHAPES,
    *_ATTENTION,
    *CONTAINERS,
)
