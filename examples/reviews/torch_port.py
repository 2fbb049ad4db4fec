"""The same model, moved to PyTorch by hand; its readers are in readers.py. It runs and it trains."""

import torch
from readers import TextReader, TitleReader
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

WORDS, TITLE, TEXT, RATINGS = 500, 8, 60, 5


class Rater(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.title, self.text = TitleReader(WORDS), TextReader(WORDS)
        self.head = nn.Sequential(nn.Linear(48 + 32, 32), nn.ReLU(), nn.Dropout(0.3), nn.Linear(32, RATINGS))

    def forward(self, title: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        return self.head(torch.cat((self.title(title), self.text(text)), dim=1))


def generate(reviews: int) -> TensorDataset:
    torch.manual_seed(0)
    rating = torch.randint(0, RATINGS, (reviews,))
    title = torch.randint(0, WORDS // 2, (reviews, TITLE)) + rating[:, None] * 50
    return TensorDataset(title, torch.randint(0, WORDS, (reviews, TEXT)), rating)


def train(model: Rater, data: TensorDataset, epochs: int) -> float:
    optimiser = torch.optim.Adam(model.parameters())
    for _ in range(epochs):
        for title, text, rating in DataLoader(data, batch_size=32, shuffle=True):
            loss = nn.functional.cross_entropy(model(title, text), rating)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return loss.item()


if __name__ == "__main__":
    print(f"loss after 2 epochs: {train(Rater(), generate(256), 2):.3f}")
