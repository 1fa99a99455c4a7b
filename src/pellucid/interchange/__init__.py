"""Files that others read, or that others wrote: tensors with a description, never code."""
