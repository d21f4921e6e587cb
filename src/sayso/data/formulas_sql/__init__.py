"""Formulas as bound SQL."""

from sayso.data.formulas_sql.compiled import Fields, WallClock, compiled

__all__ = ["Fields", "WallClock", "compiled"]
