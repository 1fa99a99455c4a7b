"""MNIST with PyTorch: data in memory, a fused optimizer."""

from __future__ import annotations

import torch
from torch import nn

from contest.mnist.data import BATCH_SIZE, RATE, WIDTHS, read_arguments, read_images


def main() -> None:
    """Train and print the accuracy."""
    arguments = read_arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    images = read_images(arguments.folder)
    x, y = torch.from_numpy(images.train), torch.from_numpy(images.train_labels).long()
    model = nn.Sequential(
        nn.Linear(WIDTHS[0], WIDTHS[1]),
        nn.ReLU(),
        nn.Linear(WIDTHS[1], WIDTHS[2]),
        nn.ReLU(),
        nn.Linear(WIDTHS[2], WIDTHS[3]),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE, fused=True)
    criterion = nn.CrossEntropyLoss()
    for _ in range(arguments.epochs):
        for rows in torch.randperm(len(x)).split(BATCH_SIZE):
            loss = criterion(model(x.index_select(0, rows)), y.index_select(0, rows))
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
    model.eval()
    with torch.inference_mode():
        found = model(torch.from_numpy(images.test)).argmax(1).numpy()
    print((found == images.test_labels).mean())


if __name__ == "__main__":
    main()
