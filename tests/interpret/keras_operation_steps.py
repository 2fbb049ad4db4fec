"""Statements that use one function of Keras or TensorFlow each, for every one that the interpreter models.

How a function is used is a template: {f} the function, {x} a tensor, {axis} one of its axes, and so on. What has none
is called on a tensor alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.interpret.drawing import handler
from tests.interpret.keras_generated import LIBRARIES, KerasProgram

LIMIT = 1_000
_REDUCED = ("{f}({x})", "{f}({x}, {axis})", "{f}({x}, axis={axis}, keepdims=True)", "{f}({x}, axis=[0, {inner}])")
_TRUTH = tuple(form.replace("{x}", "{x} > 0") for form in _REDUCED)
_STATISTICS = "mean sum max min prod std var logsumexp"
_ALONG = ("{f}({x})", "{f}({x}, {axis})", "{f}({x}, axis={axis})")
_PICKED = ("{f}({x}, [0, 0])", "{f}({x}, [0, 0, 0], axis={inner})", "{f}({x}, 0, axis={inner})")
_FILLED = ("{f}(({last}, 2))", "{f}({sizes})", "{f}([{first}, 4])")


def _each(names: str, forms: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(names.split(), forms)


def _datasets() -> dict[str, tuple[str, ...]]:
    """What one step of a pipeline yields, by the last method of the pipeline."""
    slices = "tf.data.Dataset.from_tensor_slices({x})"
    pipelines = {
        "from_tensor_slices": (slices, "tf.data.Dataset.from_tensor_slices(({x}, {x}[:, 0]))"),
        "from_tensors": ("tf.data.Dataset.from_tensors({x})", "tf.data.Dataset.from_tensors(({x}, {x}))"),
        "range": ("tf.data.Dataset.range({wide})",),
        "from_generator": (
            "tf.data.Dataset.from_generator(lambda: [1.0, 2.0], tf.float32)",
            "tf.data.Dataset.from_generator(lambda: [{x}], output_signature=tf.TensorSpec({shape}, tf.float32))",
        ),
        "zip": (f"tf.data.Dataset.zip(({slices}, {slices}))",),
        "batch": (f"{slices}.batch(2)", f"{slices}.batch(2, drop_remainder=True)", f"{slices}.batch(1)"),
        "padded_batch": (f"{slices}.padded_batch(2)",),
        "unbatch": ("tf.data.Dataset.from_tensors({x}).unbatch()", f"{slices}.batch(2).unbatch()"),
        "map": (f"{slices}.map(lambda t: t * 2.0)", f"{slices}.map(lambda t: (t, t[0]))"),
        "filter": (f"{slices}.filter(lambda t: True)",),
        "concatenate": (f"{slices}.concatenate({slices})",),
        "flat_map": (
            f"{slices}.flat_map(lambda t: tf.data.Dataset.from_tensors(t))",
            f"{slices}.flat_map(lambda t: tf.data.Dataset.from_tensor_slices(t))",
        ),
        "interleave": (f"{slices}.interleave(lambda t: tf.data.Dataset.from_tensors(t))",),
        "as_numpy_iterator": (f"{slices}.as_numpy_iterator()",),
        "with_options": (f"{slices}.with_options(tf.data.Options())",),
        "window": (
            f"{slices}.window(2).flat_map(lambda t: t.batch(2))",
            f"{slices}.window(2, shift=1, drop_remainder=True).flat_map(lambda t: t.batch(2))",
            f"{slices}.window(2, 1, 1, True).flat_map(lambda t: t.batch(3).map(lambda u: (u[:-1], u[-1])))",
        ),
        "scan": (f"{slices}.scan(0.0, lambda s, t: (s, t))",),
        "shard": (f"{slices}.shard(1, 0)",),
        "snapshot": (f"{slices}.take(2)",),
        **{name: (f"{slices}.{name}(1)",) for name in ("shuffle", "prefetch", "repeat", "take", "skip")},
        "cache": (f"{slices}.cache()",),
        "__iter__": (slices,),
    }
    found = {f"tf.data.Dataset.{name}": tuple(f"next(iter({form}))" for form in own) for name, own in pipelines.items()}
    windows = "keras.utils.timeseries_dataset_from_array(np.zeros(({last}, 4), 'float32'), "
    forms = (f"{windows}None, 2)", f"{windows}np.zeros({{last}}), sequence_length=2, batch_size=2)")
    return {**found, "keras.utils.timeseries_dataset_from_array": tuple(f"next(iter({form}))" for form in forms)}


TEMPLATES: Mapping[str, tuple[str, ...]] = {
    # By the interpreter's handler.
    "several": ("{f}({x}, {x})", "{f}({x}, 2.0)", "{f}({x}, {x}[:1])"),
    "added": ("{f}([{x}, {x}])",),
    "filled": _FILLED,
    "made_of": ("{f}(np.zeros(({last}, 2), 'float32'))", "{f}([[1.0, 2.0], [3.0, 4.0]])", "{f}(1.0)"),
    "gather": _PICKED,
    "one_hot": ("{f}(keras.ops.cast({x}, 'int32'), 4)",),
    "rank_of": ("tf.zeros([{f}({x})])", "tf.zeros([2, {f}({x})])"),
    "shape_of": ("tf.zeros({f}({x}))", "tf.reshape({x}, {f}({x}))", "tf.ones([{f}({x})[0], {f}({x})[-1]])"),
    # By the last part of the name.
    **_each(_STATISTICS, _REDUCED),
    **_each(f"reduce_{' reduce_'.join(_STATISTICS.split())} reduce_variance", _REDUCED),
    **_each("any all reduce_any reduce_all", _TRUTH),
    **_each("argmax argmin cumsum", _ALONG),
    **_each("softmax log_softmax", ("{f}({x})", "{f}({x}, axis={axis})")),
    **_each("logical_and logical_or logical_xor", ("{f}({x} > 0, {x} > 1)",)),
    "cast": ("{f}({x}, 'float32')",),
    "clip": ("{f}({x}, 0.0, 1.0)",),
    "clip_by_value": ("{f}({x}, 0.0, 1.0)",),
    "clip_by_norm": ("{f}({x}, 1.0)",),
    "dropout": ("{f}({x}, 0.1)",),
    "stateless_dropout": ("{f}({x}, 0.1, seed=[1, 2])",),
    "ensure_shape": ("{f}({x}, {shape})",),
    "check_numerics": ("{f}({x} * 0.0, 'text')",),
    "l2_normalize": ("{f}({x}, axis={axis})",),
    "saturate_cast": ("{f}({x}, 'float32')",),
    "roll": ("{f}({x}, 1, axis={axis})",),
    "expand_dims": ("{f}({x}, {axis})", "{f}({x}, axis=-1)", "{f}({x}, 1)"),
    "reshape": (
        "{f}({x}, {sizes})",
        "{f}({x}, (-1, {last}))",
        "{f}({x}, [{first}, -1])",
        "{f}({x}, (-1,))",
        "{f}({x}, {backwards})",
    ),
    "transpose": ("{f}({x})", "{f}({x}, {order})", "{f}({x}, {keyword}={order})"),
    "permute_dimensions": ("{f}({x}, {order})",),
    "swapaxes": ("{f}({x}, {axis}, {inner})", "{f}({x}, axis1={axis}, axis2=0)"),
    "moveaxis": ("{f}({x}, {axis}, {inner})", "{f}({x}, source=0, destination={axis})"),
    "tile": ("{f}({x}, {ones}[:-1] + [2])", "{f}({x}, [2] + {ones}[1:])", "{f}({x}, {ones})"),
    "repeat_elements": ("{f}({x}, 2, {axis})", "{f}({x}, rep=2, axis={inner})"),
    "reverse": ("{f}({x}, [{inner}])", "{f}({x}, [0, {inner}])"),
    "flip": ("{f}({x})", "{f}({x}, {axis})", "{f}({x}, axis={axis})"),
    "stack": ("{f}([{x}, {x}])", "{f}([{x}, {x}, {x}], {axis})", "{f}([{x}, {x}], axis=-1)"),
    "unstack": ("{f}({x})", "{f}({x}, axis={axis})"),
    "concat": ("{f}([{x}, {x}], {axis})", "{f}([{x}, {x}[:1]], 0)", "{f}(values=[{x}, {x}], axis=-1)"),
    "concatenate": ("{f}([{x}, {x}])", "{f}([{x}, {x}], axis={axis})", "{f}([{x}, {x}], -1)"),
    "reverse_sequence": ("{f}({x}, [1] * {whole}, seq_axis=1)", "{f}({x}, [1] * {whole}, 1)"),
    "where": ("{f}({x} > 0, {x}, 0.0)", "{f}({x} > 0, {x}, {x}[:1])"),
    "range": ("tf.cast({f}({wide}), 'float32')", "{f}(2, {wide} + 3)", "{f}({last})"),
    "arange": ("{f}({wide})", "{f}(0, {wide})"),
    "squeeze": ("{f}({x}[:, :1], 1)", "{f}({x}[:1], axis=0)", "{f}({x}[..., :1], axis=-1)"),
    "split": ("{f}(keras.ops.concatenate([{x}, {x}], -1), 2, axis=-1)", "{f}({x}, {whole}, axis=0)"),
    "pad": ("{f}({x}, {padding})",),
    "broadcast_to": ("{f}({x}[:1], {shape})", "{f}({x}, [2, *{shape}])"),
    "matmul": ("{f}({x}, keras.ops.ones(({last}, 4)))", "{f}({x}, keras.ops.swapaxes({x}, -1, -2))"),
    "dot": ("{f}({x}, keras.ops.ones(({last}, 4)))",),
    "einsum": ("{f}('{letters}->{mixed}', {x})", "{f}('{letters},{letters}->{letters}', {x}, {x})"),
    "fill": ("{f}({sizes}, 0.0)", "{f}(({last}, 2), 1.0)"),
    "full": ("{f}({sizes}, 0.0)", "{f}(({last}, 2), 1.0)"),
    "full_like": ("{f}({x}, 2.0)",),
    "randint": ("{f}({shape}, 0, 4)",),
    "stateless_normal": ("{f}({shape}, seed=[1, 2])",),
    "stateless_uniform": ("{f}({sizes}, seed=[1, 2])",),
    "int_shape": ("tf.zeros({f}({x}))", "tf.zeros([{f}({x})[0], {f}({x})[-1]])"),
    "sequence_mask": ("{f}(tf.ones(({last},), 'int32'), 4)", "{f}([1, 2, 3], maxlen={last})"),
    "boolean_mask": ("{f}({x}, tf.ones({first}) > 0)",),
    "keras.backend.repeat": ("{f}({x}[:, :, 0], 4)",),
    "repeat": ("{f}({x}, 2, {axis})", "{f}({x}, repeats=2, axis={inner})", "{f}({x}, 2)"),
    "as_list": ("tf.zeros(tf.identity({x}).shape.as_list())", "tf.zeros({x}.get_shape().as_list()[1:])"),
    "with_rank": ("tf.zeros(tf.identity({x}).shape.with_rank({rank}))",),
    "get_shape": ("tf.zeros({x}.get_shape())",),
    "merge_function": ("{f}([{x}, {x}])",),
    "unpack_x_y_sample_weight": ("{f}({x})[0]", "{f}(({x}, {x}))[1]"),
    "TensorSpec": ("tf.zeros({f}({shape}, tf.float32).shape)", "tf.zeros({f}(shape=[{last}, 2]).shape)"),
    "keras.layers.concatenate": ("{f}([{x}, {x}], axis={inner})", "{f}([{x}, {x}])"),
    "keras.layers.dot": ("{f}([{x}, {x}], axes=-1)", "{f}([{x}[:, :, 0], {x}[:, :, 0]], 1)"),
    "to_categorical": ("{f}([0, 1, 2], 4)", "{f}(np.zeros(({last},)), num_classes=4)", "{f}(np.zeros({shape}), 4)"),
    "pad_sequences": ("{f}([[1, 2], [3]], maxlen={last})", "{f}([[1, 2], [3]], 5, padding='post')"),
    **_datasets(),
    "keras.backend.gather": ("{f}({x}, [0, 0])", "{f}({x}, 1)"),
    "keras.ops.array": ("{f}([[1.0, 2.0], [3.0, 4.0]])",),
    "tf.matmul": (
        "{f}({x}, {x}, transpose_b=True)",
        "{f}({x}, {x}, transpose_a=True)",
        "{f}(a={x}, b={x}, transpose_b=True)",
    ),
    "tf.gather": (*_PICKED, "{f}({x}, [0] * {first}, axis=1, batch_dims=1)"),
    "tf.nn.embedding_lookup": ("{f}({x}, [0, 0])", "{f}({x}, [[0, 0, 0], [0, 0, 0]])"),
    "tf.squeeze": ("{f}({x}[:, :1], [1])", "{f}({x}[:1, :1], [0, 1])", "{f}({x}[..., :1], axis=-1)"),
    "tf.split": ("{f}({x}, [1, -1], axis=-1)", "{f}({x}, {whole}, axis=0)", "{f}({x}, num_or_size_splits=1, axis=1)"),
    "keras.ops.split": ("{f}({x}, [1, 2], axis=1)", "{f}({x}, {whole})"),
    "keras.Variable": ("{f}(np.zeros(({last}, 2), 'float32'))",),
}
EAGER = frozenset(
    _each(
        "convert_to_numpy eval get_value shape int_shape as_list with_rank get_shape rank ndim array Variable variable "
        "constant convert_to_tensor randint random_normal random_uniform range arange sequence_mask boolean_mask "
        "TensorSpec TextVectorization",
        (),
    )
)
"""Names of functions that are not for symbolic tensors, or have nothing of the tensor in their result."""
TRUTHS = ("equal", "not_equal", "greater", "less", "logical", "any", "all", "reduce_any", "reduce_all")


def written(path: str) -> str:
    """A function as a program that has the usual imports writes it."""
    return path.replace("keras.backend.", "K.")


def exists(path: str) -> bool:
    """True where the installed Keras and TensorFlow have a function."""
    name = written(path)
    found: Any = LIBRARIES.get(name.partition(".")[0])
    for part in name.split(".")[1:]:
        found = getattr(found, part, None)
    return found is not None


def templates(path: str) -> tuple[str, ...]:
    """How a function may be used."""
    last = path.rpartition(".")[2]
    return TEMPLATES.get(path) or TEMPLATES.get(last) or TEMPLATES.get(handler(path), ("{f}({x})",))


def use(program: KerasProgram, path: str) -> None:
    """One statement with a function."""
    source = program.fitting(program.choose((3, 3, 2, 4)), most=LIMIT)
    if path.endswith(("boolean_mask", "backend.repeat", "layers.dot")):
        source = program.fitting(3, most=LIMIT)
    template = program.choose(templates(path))
    symbolic = path.startswith(("keras.ops.", "keras.layers."))
    if program.in_class or (symbolic and not any(part in template for part in ("tf.", "[:1]"))):
        program.add(template.format(**_values(program, path, source, source)))
    else:
        inside = template.format(**_values(program, path, source, "t"))
        # Keras takes what a Lambda gives for numbers, also where it is truth values.
        inside = f"tf.cast({inside}, 'float32')" if path.rpartition(".")[2].startswith(TRUTHS) else inside
        program.add(f"layers.Lambda(lambda t: {inside})({source})")


def _values(program: KerasProgram, path: str, source: str, called: str) -> dict[str, object]:
    """What a template may name, for a tensor of this shape that is called so."""
    shape = program.shapes[source]
    rank = len(shape)
    order = list(range(rank))
    program.random.shuffle(order)
    letters = "btfgh"[:rank]
    sizes = [program.size(source, axis).replace(source, called) for axis in range(rank)]
    return {
        "f": written(path),
        "x": called,
        "rank": rank,
        "axis": program.axis(rank),
        "inner": program.axis(rank, 1),
        "shape": shape,
        "sizes": f"({', '.join(sizes)})" if program.chance() else f"[{', '.join(sizes)}]",
        "first": sizes[0],
        "whole": shape[0],
        "last": sizes[-1],
        "wide": shape[-1],
        "backwards": shape[::-1],
        "ones": [1] * rank,
        "order": tuple(order) if program.chance() else order,
        "keyword": "perm" if path.startswith("tf.") else "axes",
        "padding": [[0, 0]] * (rank - 1) + [[1, 0]],
        "letters": letters,
        "mixed": "".join(letters[place] for place in order[: program.random.randint(1, rank)]),
    }
