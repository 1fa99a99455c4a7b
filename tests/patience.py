"""How long a test waits for a process or a thread before it gives up.

It is there to end what hangs, and is no measure of speed: a slow, busy machine gets there in time.
"""

from __future__ import annotations

PATIENCE = 300.0
"""Seconds."""
