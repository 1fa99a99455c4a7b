"""The sections of the page, one module for each group: facts in, markup and pictures out."""
