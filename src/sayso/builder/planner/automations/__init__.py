"""What happens by itself, read from words: by clause into a sketch, and whole, against an app, into triggers and steps of the spec.

clause.py, deeds.py, dates.py, events.py   a clause into a sketch, before the tables are settled
"""
