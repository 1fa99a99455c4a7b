"""MNIST with pellucid's `train`."""

from __future__ import annotations

import os

from contest.mnist.data import BATCH_SIZE, RATE, WIDTHS, read_arguments, read_images
from pellucid.models.mlp import multilayer_perceptron
from pellucid.training.train import train


def main() -> None:
    """Train and print the accuracy."""
    arguments = read_arguments()
    images = read_images(arguments.folder)
    done = train(
        multilayer_perceptron(WIDTHS[-1], hidden=WIDTHS[1:-1]),
        images.train,
        images.train_labels,
        loss="softmax_cross_entropy",
        optimizer="adam",
        learning_rate=RATE,
        epochs=arguments.epochs,
        batch_size=BATCH_SIZE,
        seed=arguments.seed,
        backend=os.environ.get("PELLUCID_BENCHMARK_BACKEND", "native"),
    )
    print((done.predict(images.test).argmax(1) == images.test_labels).mean())


if __name__ == "__main__":
    main()
