"""Generated Python files: plain ones, models as people write them, and shapes of code that could cost too much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

_HEADER = "import torch\nfrom torch import nn\n"

_PLAIN = '''
def read_{n}(path, limit={n}):
    """Reads a table."""
    rows = []
    with open(path) as stream:
        for number, line in enumerate(stream):
            if number > limit:
                break
            rows.append([float(part) for part in line.split(",")])
    return rows


class Table{n}:
    """A table."""

    def __init__(self, rows):
        self.rows = rows

    def mean(self, column):
        """The mean of a column."""
        return sum(row[column] for row in self.rows) / max(1, len(self.rows))
'''

_MODEL = '''

class Encoder{n}(nn.Module):
    """Reads words, and says a class for each text."""

    def __init__(self, words={words}, hidden={hidden}, classes={classes}):
        super().__init__()
        self.hidden = hidden
        self.embedding = nn.Embedding(words, 2 * hidden)
        self.lstm = nn.LSTM(2 * hidden, hidden, num_layers=2, batch_first=True, bidirectional=True)
        self.norm = nn.LayerNorm(2 * hidden)
        self.dropout = nn.Dropout(0.1)
        self.linear = nn.Linear(2 * hidden, classes)

    def states(self, x):
        """The states that a run begins with."""
        zeros = torch.zeros(4, x.size(0), self.hidden, device=x.device)
        return zeros, zeros.clone()

    def forward(self, words, lengths=None):
        """Scores (batch, classes) for words (batch, time)."""
        x = self.dropout(self.embedding(words))
        output, (h_n, c_n) = self.lstm(x, self.states(x))
        output = self.norm(output)
        if lengths is not None:
            mask = torch.arange(output.size(1))[None, :] < lengths[:, None]
            output = output * mask.unsqueeze(-1)
        last = torch.cat([h_n[-2], h_n[-1]], dim=1)
        return self.linear(torch.relu(last + output.mean(dim=1)))

    def loss(self, words, labels):
        """The mean loss of a batch."""
        return nn.functional.cross_entropy(self(words), labels)
'''


def plain(number: int) -> str:
    """A file without a recurrent layer, of two dozen to a few hundred lines."""
    return "import os\n" + "".join(_PLAIN.format(n=n) for n in range(1 + number % 12))


def models(number: int, count: int) -> str:
    """A file with so many models, 33 lines each; nothing is wrong with them."""
    return _HEADER + "".join(
        _MODEL.format(n=n, words=1_000 + number, hidden=16 + 8 * n, classes=2 + n) for n in range(count)
    )


def edited(text: str, number: int) -> str:
    """The file after one edit inside one method, another for each number."""
    places = text.split("        output = self.norm(output)\n")
    at = 1 + number % (len(places) - 1)
    return (
        "        output = self.norm(output)\n".join(places[:at])
        + f"        output = self.norm(output) * {number}.5\n"
        + "        output = self.norm(output)\n".join(places[at:])
    )


@dataclass(frozen=True)
class Shape:
    """Code that grows in one direction. `text` makes a file of size n."""

    name: str
    text: Callable[[int], str]
    sizes: tuple[int, ...]
    """Each twice the one before."""


def _net(build: str, read: str, arguments: str = "self") -> str:
    return (
        f"{_HEADER}class Net(nn.Module):\n    def __init__({arguments}):\n        super().__init__()\n{build}"
        f"    def forward(self, x, flags):\n{read}        return x\n"
    )


def _lines(n: int) -> str:
    functions = (f"def f{i}(x):\n    y = x + {i}\n    z = y * 2\n    return layer(z)\n" for i in range(n // 4))
    return f"{_HEADER}layer = nn.LSTM(8, 8)\n" + "".join(functions)


def _layers(n: int) -> str:
    build = "".join(f"        self.layer{i} = nn.LSTM(8, 8)\n" for i in range(n))
    return _net(build, "".join(f"        x, _ = self.layer{i}(x)\n" for i in range(n)))


def _branches(n: int) -> str:
    ways = "        if flags[{i}]:\n            x = x + {i}\n        else:\n            x, _ = self.layer(x)\n"
    return _net("        self.layer = nn.LSTM(8, 8)\n", "".join(ways.format(i=i) for i in range(n)))


def _nested_branches(n: int) -> str:
    body = "".join(f"{'    ' * (i + 1)}if flags[{i}]:\n{'    ' * (i + 2)}x = x * 2\n" for i in range(n))
    return f"{_HEADER}layer = nn.LSTM(8, 8)\ndef f(x, flags):\n{body}    return layer(x)\n"


def _nested_loops(n: int) -> str:
    body = "".join(f"{'    ' * (i + 1)}for i{i} in rows:\n{'    ' * (i + 2)}x = x * 2\n" for i in range(n))
    return f"{_HEADER}layer = nn.LSTM(8, 8)\ndef f(x, rows):\n{body}    return layer(x)\n"


def _choices(n: int) -> str:
    turns = "        x = x.transpose(0, 1) if flags else x\n" * n
    return _net("        self.layer = nn.LSTM(8, 8)\n", f"{turns}        x, _ = self.layer(x)\n")


def _choices_of_layers(n: int) -> str:
    way = "        if flags[{i}]:\n            self.layer{i} = nn.LSTM(8, 8)\n        else:\n"
    way += "            self.layer{i} = nn.GRU(8, 8, batch_first=True)\n"
    read = "".join(f"        x, _ = self.layer{i}(x)\n" for i in range(n))
    return _net("".join(way.format(i=i) for i in range(n)), read, "self, flags")


def _handlers(n: int) -> str:
    body = "".join(f"    try:\n        x = layer(x)[0]\n    except ValueError:\n        x = a[{i}]\n" for i in range(n))
    return f"{_HEADER}layer = nn.LSTM(8, 8)\ndef f(x, a):\n{body}    return layer(x)\n"


def _calls(n: int) -> str:
    calls = "".join(f"def f{i}(x):\n    f{i - 1}(x)\n    return f{i - 1}(x)\n" for i in range(1, n))
    return f"{_HEADER}layer = nn.LSTM(8, 8)\ndef f0(x):\n    return layer(x)\n{calls}"


def _classes(n: int) -> str:
    first = "        self.a = nn.LSTM(8, 8)\n    def forward(self, x):\n        return self.a(x)[0]\n"
    other = (
        "        self.a = Net{j}()\n        self.b = Net{j}()\n"
        "    def forward(self, x):\n        return self.b(self.a(x))\n"
    )
    start = "class Net{i}(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    bodies = (start.format(i=i) + (other.format(j=i - 1) if i else first) for i in range(n))
    return _HEADER + "".join(bodies)


def _bases(n: int) -> str:
    first = (
        "class Net0(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.LSTM(8, 8)\n"
        "    def forward(self, x):\n        return self.a(x)[0]\n"
    )
    return _HEADER + first + "".join(f"class Net{i}(Net{i - 1}):\n    size = {i}\n" for i in range(1, n))


def _methods(n: int) -> str:
    others = "".join(f"    def read{i}(self, x):\n        return self.read{i - 1}(x)\n" for i in range(1, n))
    first = "    def read0(self, x):\n        return self.layer(x)\n"
    return _net("        self.layer = nn.LSTM(8, 8)\n", "        x = x + flags\n") + first + others


def _residual(n: int) -> str:
    block = "y = layers.LSTM(8, return_sequences=True)(x)\nx = layers.Add()([x, y])\n" * n
    header = "import keras\nfrom keras import layers\nstart = x = keras.Input((5, 8))\n"
    return f"{header}{block}model = keras.Model(start, x)\nmodel.compile(loss='mse')\n"


def _sequential(n: int) -> str:
    added = "model.add(keras.layers.LSTM(4, return_sequences=True))\n" * n
    return (
        f"import keras\nmodel = keras.Sequential()\nmodel.add(keras.Input((5, 3)))\n{added}model.compile(loss='mse')\n"
    )


SHAPES = (
    Shape("lines", _lines, (500, 1000, 2000, 4000)),
    Shape("layers of a class", _layers, (50, 100, 200, 400)),
    Shape("layers of a Sequential", _sequential, (50, 100, 200, 400)),
    Shape("residual connections", _residual, (10, 20, 40, 80)),
    Shape("methods that call the one above", _methods, (20, 40, 80, 160)),
    Shape("classes derived from the one above", _bases, (10, 20, 40, 80)),
    Shape("branches in a row", _branches, (40, 80, 160, 320)),
    Shape("branches inside branches", _nested_branches, (5, 10, 20, 40)),
    Shape("loops inside loops", _nested_loops, (2, 4, 8, 16)),
    Shape("conditional transposes", _choices, (10, 20, 40, 80)),
    Shape("conditional layers", _choices_of_layers, (10, 20, 40, 80)),
    Shape("handlers in a row", _handlers, (20, 40, 80, 160)),
    Shape("functions that call twice", _calls, (5, 10, 20, 40)),
    Shape("classes that hold two", _classes, (4, 8, 16, 32)),
)
"""Each grows in a direction in which a careless interpreter costs more than twice as much for twice the size."""


def importing(number: int) -> str:
    """A file whose model is made of the model of the file before it."""
    if number == 0:
        return (
            f"{_HEADER}class Net0(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
            "        self.inner = nn.LSTM(8, 8)\n    def forward(self, x):\n        return self.inner(x)[0]\n"
        )
    return (
        f"{_HEADER}from file{number - 1} import Net{number - 1}\nclass Net{number}(nn.Module):\n"
        f"    def __init__(self):\n        super().__init__()\n        self.inner = Net{number - 1}()\n"
        "        self.lstm = nn.LSTM(8, 8)\n    def forward(self, x):\n        return self.lstm(self.inner(x))[0]\n"
    )
