"""The engine, and the tables that Sayso itself stands on."""
