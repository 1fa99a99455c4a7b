"""The texts, one module a room: `TEXTS` has for each name the English and the Chinese."""
