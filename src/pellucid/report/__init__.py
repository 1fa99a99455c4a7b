"""The report of a run: finished numbers in, pictures and pages out. No arithmetic on models."""
