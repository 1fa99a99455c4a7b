"""Finished predictions in, numbers and a verdict out: metrics, intervals, baselines, curves.

This room knows no graph and no network: it receives the truth and what several models predict for
the same rows, and gives plain numbers and sentences.
"""
