"""The directory's public pages: models, comparisons, changes. Layout only; every figure and sentence comes from `sayso.models`."""
