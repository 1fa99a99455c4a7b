"""Training: the program of a run, the run itself, and the record of it.

This room does no arithmetic on arrays: whatever changes a weight is a node of the run program and
happens inside a backend's `run`.
"""
