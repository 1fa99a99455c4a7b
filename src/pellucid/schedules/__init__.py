"""Learning rates that change as training goes on."""
