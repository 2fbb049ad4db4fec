"""What the interpreter makes of whole programs: which layers are built, what they are given, on which path."""

from __future__ import annotations

from pathlib import Path

import pytest

from lstmlint.events import Built, Called, Selected, UsedAsTensor, Zipped
from lstmlint.interpret.run import FILES
from lstmlint.names.project import Project
from lstmlint.values import Const, Instance, Layer, ListRef, Num, OneOf, Role, Unknown, Value, as_int
from tests.interpret.programs import run_of, variables_of, world_of

HEAD = "import torch\nimport torch.nn as nn\n"


def built(text: str) -> list[Layer]:
    """The layers that a program builds."""
    return [event.layer for event in world_of(text).events if isinstance(event, Built)]


def recurrent(text: str) -> list[str]:
    """The names of the recurrent layer classes that a program builds."""
    return [layer.spec.name for layer in built(text) if layer.spec.family in ("lstm", "gru", "rnn")]


@pytest.mark.parametrize(
    "text",
    [
        "import mlx.nn as nn\nlayer = nn.LSTM(3, 5)",
        "import paddle.nn as nn\nlayer = nn.LSTM(3, 5)",
        "from flax import linen as nn\nlayer = nn.LSTM(3, 5)",
        "import types\nclass Own: pass\nnn = types.SimpleNamespace(LSTM=Own)\nlayer = nn.LSTM(3, 5)",
        "class LSTM:\n    def __init__(self, a, b): self.gru = a\nlayer = LSTM(3, 5)",
        "import torch.nn as nn\nisinstance(object(), nn.LSTM)",
        "from mine import nn\nlayer = nn.LSTM(3, 5)",
    ],
)
def test_what_is_no_layer_of_torch_or_keras_is_not_taken_for_one(text: str) -> None:
    assert recurrent(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "import torch.nn as nn\nnn.LSTM(3, 5)",
        "import torch\ntorch.nn.LSTM(3, 5)",
        "from torch import nn as layers\nlayers.LSTM(3, 5)",
        "from torch.nn import LSTM as Reader\nReader(3, 5)",
        "from torch.nn import *\nLSTM(3, 5)",
        "from torch.nn.modules.rnn import LSTM\nLSTM(3, 5)",
        "import tensorflow as tf\ntf.keras.layers.LSTM(5)",
        "from tensorflow.keras import layers\nlayers.LSTM(5)",
        "from tensorflow.python.keras.layers import LSTM\nLSTM(5)",
        "import tensorflow as tf\nL = tf.keras.layers\nL.LSTM(5)",
        "from keras.layers import *\nLSTM(5)",
        "from torch import nn\ngetattr(nn, 'lstm'.upper())(3, 5)",
        "from torch import nn\n{'LSTM': nn.LSTM, 'GRU': nn.GRU}['LSTM'](3, 5)",
        "from torch import nn\nfrom functools import partial\npartial(nn.LSTM, batch_first=True)(3, 5)",
        "from torch import nn\nnn.ModuleList([nn.LSTM(3, 5)])",
        "from torch import nn\n[nn.LSTM(3, 5) for _ in range(1)]",
        "from torch import nn\nclass Net(nn.Module):\n    rnn = nn.LSTM(3, 5)\n"
        "    def forward(self, x):\n        return self.rnn(x)",
        "from torch import nn\nclass Net(nn.Module):\n"
        "    def __init__(self):\n        super().__init__()\n        self.build()\n"
        "    def build(self):\n        self.rnn = nn.LSTM(3, 5)",
        "from torch import nn\nclass Mine(nn.LSTM):\n    def __init__(self):\n        super().__init__(3, 5)\nMine()",
        "from torch import nn\nclass Mine(nn.LSTM): pass\nMine(3, 5)",
    ],
)
def test_a_layer_is_found_however_it_is_named_and_kept(text: str) -> None:
    assert recurrent(text) == ["LSTM"]


def test_either_of_two_classes_is_built_on_its_own_branch() -> None:
    text = (
        HEAD
        + "class Net(nn.Module):\n    def __init__(self, kind):\n        super().__init__()\n"
        + ("        self.rnn = nn.LSTM(3, 5) if kind == 'lstm' else nn.GRU(3, 5)\n")
    )
    assert sorted(recurrent(text)) == ["GRU", "LSTM"]


@pytest.mark.parametrize(
    ("expression", "number"),
    [
        ("2 if True else 1", 2),
        ("min(1, 3 - 1) * 4", 4),
        ("int(7.9)", 7),
        ("len([1, 2, 3])", 3),
        ("sum_of(2, 3)", 5),
        ("(lambda a: a * 2)(4)", 8),
        ("[n * n for n in range(4)][-1]", 9),
        ("dict(a=1, b=2)['b']", 2),
        ("{**{'a': 1}, 'b': 5}['b']", 5),
        ("max(2, 6) // 4", 1),
    ],
)
def test_constants_fold(expression: str, number: int) -> None:
    variables = variables_of(f"def sum_of(a, b=0):\n    return a + b\nvalue = {expression}\n")
    assert as_int(variables["value"]) == number


def test_a_guard_folds_with_the_default_it_guards() -> None:
    text = (
        HEAD
        + "class Net(nn.Module):\n    def __init__(self, n=1, p=0.3):\n        super().__init__()\n"
        + ("        self.rnn = nn.LSTM(3, 5, n, dropout=p if n > 1 else 0)\n")
    )
    (layer,) = built(text)
    assert layer.argument("dropout") == Const(0)


def test_an_unknown_condition_leaves_both_values() -> None:
    value = variables_of("from somewhere import flag\nvalue = 'a' if flag else 'b'\n")["value"]
    assert isinstance(value, OneOf)
    assert [choice for _, choice in value.choices] == [Const("a"), Const("b")]


def test_the_same_condition_goes_the_same_way_twice_on_one_branch() -> None:
    variables = variables_of(
        """
        from somewhere import flag
        def choose():
            if flag:
                return "first" if flag else "never"
            return "second"
        value = choose()
        """
    )
    value = variables["value"]
    assert isinstance(value, OneOf)
    assert {choice for _, choice in value.choices} == {Const("first"), Const("second")}


def test_code_behind_an_early_return_runs_under_the_other_answer() -> None:
    run = run_of(
        """
        from somewhere import flag
        import torch.nn as nn
        def make():
            if flag:
                return nn.GRU(3, 5)
            return nn.LSTM(3, 5)
        make()
        """
    )
    paths = [event.path for event in run.world.events if isinstance(event, Built)]
    assert len(paths) == 2
    (one,), (other,) = paths
    assert one[0] == other[0]
    assert one[1] is not other[1]


def test_a_loop_over_known_elements_runs_once_for_each() -> None:
    assert recurrent(HEAD + "for width in (4, 8, 16):\n    nn.LSTM(3, width)\n") == ["LSTM"] * 3


def test_a_list_of_unknown_length_is_open() -> None:
    run = run_of(HEAD + "from somewhere import sizes\nlayers = [nn.LSTM(n, 5) for n in sizes]\n")
    layers = next(iter(run.modules.values())).variables["layers"]
    assert isinstance(layers, ListRef)
    assert run.world.is_open(layers)


def test_methods_of_a_base_class_and_a_mixin_are_found() -> None:
    text = HEAD + (
        "class Base(nn.Module):\n    def forward(self, x):\n        return self.read(x)\n"
        "class Mixin:\n    def read(self, x):\n        return self.rnn(x)\n"
        "class Net(Mixin, Base):\n"
        "    def __init__(self):\n        super().__init__()\n        self.rnn = nn.LSTM(3, 5)\n"
        "Net()(torch.zeros(7, 2, 3))\n"
    )
    assert [event.layer.spec.name for event in world_of(text).events if isinstance(event, Called)] == ["LSTM"]


def test_a_recursive_class_and_a_recursive_function_end() -> None:
    run = run_of(
        """
        import torch.nn as nn
        class Tree(nn.Module):
            def __init__(self, depth):
                super().__init__()
                self.child = Tree(depth - 1)
                self.rnn = nn.LSTM(3, 5)
            def forward(self, x):
                return self.forward(self.rnn(x)[0])
        Tree(3)
        """
    )
    assert run.steps < 10_000


def test_a_class_of_another_file_is_found_through_its_import(tmp_path: Path) -> None:
    (tmp_path / "blocks.py").write_text(
        "import torch.nn as nn\nWIDTH = 11\nclass Block(nn.Module):\n    width = WIDTH\n"
    )
    variables = variables_of(
        "from blocks import Block, WIDTH\nblock = Block()\nvalue = WIDTH\n",
        Project((tmp_path,)),
        str(tmp_path / "main.py"),
    )
    assert isinstance(variables["block"], Instance)
    assert variables["value"] == Const(11)


def test_files_that_import_each_other_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("from two import B\nclass A: pass\n")
    (tmp_path / "two.py").write_text("from one import A\nclass B(A): pass\n")
    variables = variables_of(
        "from one import A\nfrom two import B\nvalue = B()\n", Project((tmp_path,)), str(tmp_path / "m.py")
    )
    assert isinstance(variables["value"], Instance)


def test_a_dataclass_is_filled_by_position_keyword_and_default() -> None:
    variables = variables_of(
        """
        from dataclasses import dataclass
        @dataclass
        class Options:
            width: int
            depth: int = 2
        options = Options(7)
        one, two = options.width, options.depth
        """
    )
    assert (variables["one"], variables["two"]) == (Const(7), Const(2))


def test_the_size_of_an_axis_remembers_the_axis() -> None:
    variables = variables_of("import torch\nx = torch.zeros(3, 5, 7)\nn = x.size(1)\nm = len(x)\n")
    n, m = variables["n"], variables["m"]
    assert isinstance(n, Num)
    assert isinstance(m, Num)
    assert (n.size.known, m.size.known) == (5, 3)
    assert None not in (n.axis, m.axis)


def test_unknown_values_keep_their_identity() -> None:
    variables = variables_of(
        "import somewhere\noptions = somewhere.read()\na, b, c = options.width, options.width, options.depth\n"
    )
    assert variables["a"] == variables["b"] != variables["c"]
    assert isinstance(variables["a"], Unknown)


def test_the_result_tuple_used_as_a_tensor_is_noticed() -> None:
    text = HEAD + "out = nn.LSTM(3, 5)(torch.zeros(7, 2, 3))\nout.size(0)\n"
    assert [event for event in world_of(text).events if isinstance(event, UsedAsTensor)]


def _value(text: str) -> Value:
    return variables_of(text)["value"]


@pytest.mark.parametrize(
    "text",
    [
        "value = undefined_name",
        "import somewhere\nvalue = somewhere.anything(1)[2].three",
        "value = [][0]",
        "value = {}['x']",
        "value = 1 / 0",
        "value = 'a' * 10 ** 12",
        "value = 2 ** 10 ** 8",
        "def f(*args, **kwargs): return args[3]\nvalue = f(*f())",
    ],
)
def test_what_cannot_be_known_is_unknown(text: str) -> None:
    assert isinstance(_value(text), Unknown)


def test_an_annotation_that_names_the_axes_claims_them() -> None:
    text = HEAD + (
        "from jaxtyping import Float\nclass Net(nn.Module):\n"
        "    def forward(self, x: Float[torch.Tensor, 'batch time 7']):\n        return x\nNet()\n"
    )
    assert [claim.role for claim in world_of(text).claims] == [Role.BATCH, Role.TIME]


@pytest.mark.parametrize("shape", ["... time 7", "*batch 7", "height width", "3 5 7"])
def test_other_annotations_claim_nothing(shape: str) -> None:
    text = HEAD + f"from jaxtyping import Float\ndef read(x: Float[torch.Tensor, {shape!r}], y: int):\n    return x\n"
    assert world_of(text).claims == []


def test_the_same_moving_slice_of_two_arrays_is_the_batch() -> None:
    text = HEAD + (
        "def fit(x, y, rnn=nn.LSTM(3, 5)):\n    for i in range(0, len(x), 8):\n        rnn(x[i:i + 8]), y[i:i + 8]\n"
    )
    claims = world_of(text).claims
    assert {claim.role for claim in claims if claim.layer is None} == {Role.BATCH}


def test_windows_of_one_series_are_not_the_batch() -> None:
    text = HEAD + (
        "def fit(x, rnn=nn.LSTM(3, 5)):\n    for i in range(0, len(x), 8):\n        rnn(x[i:i + 8]), x[i + 1:i + 9]\n"
    )
    assert [claim for claim in world_of(text).claims if claim.layer is None] == []


SEQUENCE = f"{HEAD}x = torch.zeros(3, 5, 4)\n"


@pytest.mark.parametrize(
    "text",
    [
        "x.unbind(1)",
        "a, b, c, d, e = x.unbind(1)",
        "for step in x.unbind(1): pass",
        "steps = list(x.unbind(1))\nsteps.append(x[:, 0])\nlast = steps[-2]",
        "steps = x.unbind(1)\nfifth = steps[4]",
        "x[:, 4]",
    ],
)
def test_a_tensor_taken_apart_or_counted_through_has_no_last_entry(text: str) -> None:
    assert not [event for event in world_of(SEQUENCE + text).events if isinstance(event, Selected) and event.last]


@pytest.mark.parametrize(
    "text",
    [
        "x[:, -1]",
        "x.select(1, -1)",
        "x.unbind(1)[-1]",
        "torch.unbind(x, dim=1)[-1]",
        "list(x.unbind(1))[-1]",
        "x.unbind(1)[x.size(1) - 1]",
        "x.narrow(1, x.size(1) - 1, 1)",
        "x.narrow(1, -1, 1)",
        "torch.index_select(x, 1, torch.tensor([x.shape[1] - 1]))",
        "n = x.size(1)\nlast = x[:, n - 1:]",
        "n = x.size(1)\nlast = x[:, n - 1:n]",
    ],
)
def test_the_last_entry_by_many_spellings(text: str) -> None:
    selected = [event for event in world_of(SEQUENCE + text).events if isinstance(event, Selected)]
    assert [(event.position, event.last) for event in selected] == [(1, True)]


def test_what_is_walked_along_together_is_told_of_with_its_lengths() -> None:
    [zipped] = [
        event
        for event in world_of(f"{SEQUENCE}names = ['a', 'b']\nlist(zip(names, x))").events
        if isinstance(event, Zipped)
    ]
    assert [as_int(length) for length in zipped.lengths] == [2, 3]


def test_lists_walked_along_together_are_nothing_to_tell_of() -> None:
    assert not [event for event in world_of("list(zip([1, 2], 'ab'))").events if isinstance(event, Zipped)]


def test_a_layer_of_a_partial_knows_where_it_was_named() -> None:
    [layer] = built(f"{HEAD}from functools import partial\nmake = partial(nn.LSTM, 4)\nlayer = make(8)\n")
    assert layer.written is not None and layer.written.text == "partial(nn.LSTM, 4)" and layer.place.text == "make(8)"
    [plain] = built(f"{HEAD}layer = nn.LSTM(4, 8)\n")
    assert plain.written is None


@pytest.mark.parametrize(
    "default",
    ["{'batch_first': True}", "field(default_factory=lambda: {'batch_first': True})", "field(default=OPTIONS)"],
)
def test_the_defaults_of_a_dataclass_are_followed(default: str) -> None:
    text = HEAD + (
        "from dataclasses import dataclass, field\nOPTIONS = {'batch_first': True}\n@dataclass\nclass Config:\n"
        f"    width: int = 3\n    options: dict = {default}\n"
        "config = Config()\nnn.LSTM(config.width, 5, **config.options)\n"
    )
    (layer,) = built(text)
    assert [getattr(layer.argument(name), "value", None) for name in ("input_size", "batch_first")] == [3, True]


def test_names_lead_to_a_bounded_number_of_files(tmp_path: Path) -> None:
    """A package that brings in everything it has is not read whole for the sake of one name."""
    for number in range(2 * FILES):
        (tmp_path / f"part{number}.py").write_text(f"value{number} = {number}\n")
    stars = "".join(f"from part{number} import *\n" for number in range(2 * FILES))
    (tmp_path / "everything.py").write_text(stars)
    project = Project((tmp_path,))
    run = run_of("from everything import value3, missing\na, b = value3, missing\n", project, str(tmp_path / "main.py"))
    assert next(iter(run.modules.values())).variables["a"] == Const(3)
    assert len(run.led_to) == FILES
    assert sum(project.loaded(str(tmp_path / f"part{number}.py")) is not None for number in range(2 * FILES)) < FILES
