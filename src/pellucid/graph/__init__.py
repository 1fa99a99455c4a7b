"""The graph: nodes, the kinds of primitive, the run program, verification, a text form, a
picture."""
