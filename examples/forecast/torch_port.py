"""The same model, moved to PyTorch by hand. It runs and it trains."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

HISTORY, FEATURES = 48, 5
DAY, CALENDAR = 24, 168


class Forecaster(nn.Module):
    def __init__(self, hidden: int = 32, dropout: float = 0.2) -> None:
        super().__init__()
        self.conv = nn.Conv1d(FEATURES, 16, 5, padding=2)
        self.encoder = nn.LSTM(16, hidden, batch_first=True, dropout=dropout)
        self.deeper = nn.LSTM(hidden, hidden)
        self.total = nn.Linear(hidden, 1)
        self.embedding = nn.Embedding(CALENDAR, 8)
        self.decoder = nn.LSTM(8, hidden, batch_first=True)
        self.hourly = nn.Linear(hidden, 1)

    def convolve(self, history: torch.Tensor) -> torch.Tensor:
        features = torch.relu(self.conv(history.transpose(1, 2)))
        batch, channels, steps = features.shape
        return features.reshape(batch, steps, channels)

    def forward(self, history: torch.Tensor, calendar: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        sequence, (h, c) = self.encoder(self.convolve(history))
        summary, _ = self.deeper(sequence)
        total = self.total(summary[:, -1])

        decoded, _ = self.decoder(self.embedding(calendar), (c, h))
        return self.hourly(decoded), total


def generate(days: int) -> TensorDataset:
    torch.manual_seed(0)
    start = torch.randint(0, CALENDAR, (days, 1))
    hours = (start + torch.arange(HISTORY + DAY)) % CALENDAR
    load = torch.sin(2 * torch.pi * hours / 24) + 0.3 * (hours < 120) + 0.1 * torch.randn(days, HISTORY + DAY)
    weather = torch.randn(days, HISTORY, FEATURES - 1)
    history = torch.cat((load[:, :HISTORY, None], weather), dim=2)
    return TensorDataset(history, hours[:, HISTORY:], load[:, HISTORY:, None])


def train(model: Forecaster, data: TensorDataset, epochs: int) -> float:
    optimiser = torch.optim.Adam(model.parameters())
    for _ in range(epochs):
        for history, calendar, load in DataLoader(data, batch_size=32, shuffle=True):
            hourly, total = model(history, calendar)
            loss = nn.functional.mse_loss(hourly, load) + 0.01 * nn.functional.mse_loss(total, load.sum(dim=1))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return loss.item()


if __name__ == "__main__":
    print(f"loss after 2 epochs: {train(Forecaster(), generate(256), 2):.3f}")
