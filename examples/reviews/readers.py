"""The two readers of torch_port.py, moved to PyTorch by hand."""

import torch
from torch import nn


class Reader(nn.Module):
    """What both readers share: an embedding, a recurrent layer and a summary of its final state."""

    def __init__(self, words: int, width: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, width)

    def summarise(self, state: torch.Tensor, batch: int) -> torch.Tensor:
        return state.reshape(batch, -1)


class TitleReader(Reader):
    def __init__(self, words: int, width: int = 16, hidden: int = 24) -> None:
        super().__init__(words, width)
        self.lstm = nn.LSTM(width, hidden, batch_first=True, bidirectional=True)

    def forward(self, title: torch.Tensor) -> torch.Tensor:
        _, (h_n, _) = self.lstm(self.embedding(title))
        return self.summarise(h_n, title.size(0))


class TextReader(Reader):
    def __init__(self, words: int, width: int = 32, hidden: int = 32, layers: int = 2) -> None:
        super().__init__(words, width)
        self.gru = nn.GRU(width, hidden, num_layers=layers, batch_first=True)

    def forward(self, text: torch.Tensor) -> torch.Tensor:
        _, (hidden, cell) = self.gru(self.embedding(text))
        return hidden
