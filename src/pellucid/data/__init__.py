"""Files, tables, built-in sets, splits and encodings: from what a person has to arrays of numbers.

This room knows no graph. It receives files, frames or arrays and gives NumPy arrays, with
everything that it learned from the training rows kept in an `Encoding`.
"""
