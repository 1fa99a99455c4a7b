"""Looking inside: values and gradients of every node."""

from pellucid.inspection.values import Trace, trace

__all__ = ["Trace", "trace"]
