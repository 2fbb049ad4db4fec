"""Which bytes are worth reading further."""

from __future__ import annotations

import pytest

from lstmlint.triage import concerns


@pytest.mark.parametrize(
    "data",
    [b"", b"import torch\nnn.Linear(1, 2)\n", b"bidirectional = True", b"rnn = 1", b"kind = 'lstm'", b"Bidirectional"],
)
def test_nothing_recurrent(data: bytes) -> None:
    assert not concerns(data)


@pytest.mark.parametrize(
    "name",
    [
        "nn.LSTM",
        "nn.GRUCell",
        "layers.SimpleRNN",
        "layers.RNN",
        "ConvLSTM2D",
        "CuDNNLSTM",
        "StackedRNNCells",
        "Bidirectional",
        "pack_padded_sequence",
        "pad_packed_sequence",
        "pack_sequence",
        "tf.nn.dynamic_rnn",
        "getattr(nn, 'LSTM')",
        "getattr(nn, kinds['lstm'].upper())",
        'getattr(nn, {"gru": 1})',
    ],
)
def test_names_of_recurrent_layers(name: str) -> None:
    assert concerns(b"import torch, tensorflow\n" + b"x = 1\n" * 1000 + name.encode() + b"(1)")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be", "utf-32-le"])
@pytest.mark.parametrize(
    ("text", "is_found"), [("x = 1\n", False), ("layer = nn.LSTM\n", True), ("import torch\nBidirectional", True)]
)
def test_a_byte_order_mark_says_how_wide_characters_are(encoding: str, text: str, is_found: bool) -> None:
    mark = "\ufeff" if encoding[-3] == "-" else ""
    assert concerns((mark + text).encode(encoding)) is is_found


def test_without_a_mark_wide_characters_are_none() -> None:
    assert not concerns("layer = nn.LSTM\n".encode("utf-16-le"))
