"""MNIST, one library a module: each is run as a process of its own and imports nothing needless.

    python -m contest.mnist.with_torch FOLDER EPOCHS SEED THREADS

trains 784-256-128-10 with batches of 128 (the last one of an epoch is shorter), Adam and softmax
cross-entropy, and prints the share of test images that it classifies rightly. Each library draws
weights and shuffles in its own way, and reads the same arrays from FOLDER.
"""
