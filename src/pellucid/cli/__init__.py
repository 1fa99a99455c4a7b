"""The command line: a thin face over `fitting`. It reads options and prints: no arithmetic."""
