"""Gradient descent and its kin."""
