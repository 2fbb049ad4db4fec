"""Which files use something recurrent that they do not name: what they import says it, not their own text."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from lstmlint.names.locate import MAXIMUM, Locator
from lstmlint.names.reach import Reach, used_at

ENCODERS = """
import torch.nn as nn

WIDTH = 8

class Encoder(nn.Module):
    def __init__(self):
        self.layer = nn.LSTM(4, WIDTH)

class Dense(nn.Module):
    '''Unlike an LSTM, which walks through time; see the RNN page.'''

class Stack(Encoder):
    pass

def build(kind):
    return KINDS[kind]()

KINDS = {"one": Encoder, "many": Stack}
"""
CHOSEN = """
import torch.nn as nn

class Chosen(nn.Module):
    def __init__(self, kind="LSTM"):
        self.layer = getattr(nn, kind)(4, 8)
"""
MODEL = """
import torch
from encoders import Encoder

class Model:
    def __init__(self):
        self.encoder = Encoder()
"""
BASES = """
import torch.nn as nn

class Base(nn.Module):
    def set_up(self, module):
        if isinstance(module, nn.Linear) or isinstance(module, (nn.LSTM, nn.GRU)):
            module.reset_parameters()

def first(module):
    return module if isinstance(module, nn.Module) else nn.ModuleList([nn.LSTM])[0]
"""
FILES = {
    "bases.py": BASES,
    "encoders.py": ENCODERS,
    "chosen.py": CHOSEN,
    "handed/__init__.py": "from .inner import Encoder, Dense\n",
    "handed/inner.py": ENCODERS,
    "model.py": MODEL,
    "trainer.py": "import torch\nfrom model import Model\nclass Trainer:\n    model = Model()\n",
    "bare/part.py": ENCODERS,
    "circle/a.py": "import torch\nfrom circle.b import B\nclass A: b = B\n",
    "circle/b.py": "import torch\nfrom circle.a import A\nclass B: a = A\n",
    "layers.py": "import keras\nReader = keras.layers.Bidirectional(keras.layers.Dense(3))\n",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with all files."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.fixture
def concerned(tree: Path) -> Callable[[str], bool]:
    """Whether a file `main.py` beside the others would be interpreted, by its text."""
    reach = Reach(Locator((str(tree),)))
    numbers = iter(range(100))

    def answer(text: str) -> bool:
        return reach.concerns(text.encode(), str(tree / f"main{next(numbers)}.py"))

    return answer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "from encoders import Encoder\nEncoder()",
        "import torch\nfrom encoders import Dense\nDense()",
        "import torch\nfrom bases import Base\nclass Own(Base): pass",
        "import torch\nfrom encoders import WIDTH\nprint(WIDTH)",
        "import torch\nfrom encoders import gone\ngone()",
        "import torch\nfrom encoders import Encoder",
        "import torch\nfrom encoders import (\n    Encoder as Encoder,\n)\n__all__ = ['Encoder']",
        "import torch\nimport encoders\nencoders.Dense()",
        "import torch\nfrom elsewhere import Encoder\nEncoder()",
        "import torch\n# from encoders import Encoder\nEncoder()",
        "import torch\nfrom trainer import Trainer\nTrainer()",
        "import torch\nfrom circle.a import A\nA()",
        "import torch\nfrom ......... import Encoder\nEncoder()",
    ],
)
def test_nothing_recurrent_is_brought(concerned: Callable[[str], bool], text: str) -> None:
    assert not concerned(text)


@pytest.mark.parametrize(
    "text",
    [
        "LSTM",
        "import torch\nfrom encoders import Encoder\nEncoder()",
        "import torch\nfrom encoders import Encoder as Reader\nReader()",
        "import torch\nfrom encoders import (  # which read\n    Dense,\n    Encoder,\n)\nEncoder()",
        "import torch\nfrom encoders import Stack\nclass Own(Stack): pass",
        "import torch\nfrom encoders import build\nbuild('one')",
        "import torch\nfrom bases import first\nfirst(None)",
        "import torch\nfrom encoders import KINDS\nKINDS['one']()",
        "import torch\nfrom encoders import *\nEncoder()",
        "import torch\nfrom .encoders import Encoder\nEncoder()",
        "import torch\nimport encoders\nencoders.Encoder()",
        "import torch\nimport os, encoders as e\ne.Encoder()",
        "import torch\nfrom . import encoders\nencoders.Encoder()",
        "import torch\nfrom bare import part\npart.Encoder()",
        "import torch\nimport bare.part\nbare.part.Encoder()",
        "import torch\ndef main():\n    from encoders import Encoder\n    Encoder()",
        "import torch\nfrom handed import Encoder\nEncoder()",
        "import torch\nfrom model import Model\nModel()",
        "import torch\nfrom chosen import Chosen\nChosen('X')",
        "import keras\nfrom layers import Reader\nReader(x)",
    ],
)
def test_something_recurrent_is_brought(concerned: Callable[[str], bool], text: str) -> None:
    assert concerned(text)


def test_the_order_of_the_files_does_not_matter(tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def answers(names: list[str]) -> dict[str, bool]:
        reach = Reach(Locator((str(tmp_path),)))
        return {name: reach.concerns(FILES[name].encode(), str(tmp_path / name)) for name in names}

    forward, backward = answers(sorted(FILES)), answers(sorted(FILES, reverse=True))
    assert forward == backward and forward["trainer.py"] and not forward["circle/a.py"]


def test_what_the_interpreter_would_not_read_brings_nothing(tmp_path: Path) -> None:
    (tmp_path / "large.py").write_text(ENCODERS + "#" * MAXIMUM)
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    reach = Reach(Locator((str(tmp_path),)))
    for name in ("large", "pipe", "gone"):
        text = f"import torch\nfrom {name} import Encoder\nEncoder()"
        assert not reach.concerns(text.encode(), str(tmp_path / "main.py"))


@pytest.mark.parametrize("text", ["an LSTM reads", "# RNN", "StackedRNN = 1", "getattr(self, 'LSTM')"])
def test_prose_is_no_use_of_a_layer(text: str) -> None:
    assert used_at(text.encode()) == []


@pytest.mark.parametrize(
    "text", ["nn.LSTM", "LSTM(3)", "cell = rnn.MyGRUCell", "Bidirectional(x)", "tf.nn.dynamic_rnn(x)", "getattr(nn, x)"]
)
def test_a_layer_in_code(text: str) -> None:
    assert len(used_at(text.encode())) == 1


def test_the_definitions_that_involve_a_recurrent_layer_are_known_by_name(tree: Path) -> None:
    reach = Reach(Locator((str(tree),)))
    data = (tree / "encoders.py").read_bytes()
    assert reach.involved(data, str(tree / "encoders.py")) == {"Encoder", "Stack", "build", "KINDS"}
    data = MODEL.encode() + b"class Other:\n    pass\n\ndef port(net):\n    net.weight_ih_l0.zero_()\n"
    assert reach.involved(data, str(tree / "new.py")) == {"Encoder", "Model", "port"}


def test_what_was_consulted_is_named_found_or_not(tree: Path) -> None:
    reach = Reach(Locator((str(tree),)))
    data = b"import torch\nfrom model import Model\nimport gone\nclass Trainer:\n    model = Model()\n"
    assert "Trainer" in reach.involved(data, str(tree / "trainer.py"))
    consulted = reach.looked_for(data, str(tree / "trainer.py"))
    modules = {".".join(parts) for folder, parts in consulted if folder == str(tree)}
    assert modules == {"model", "gone", "encoders"}
