"""AI inside apps: what a model is asked to do for a row, with which model, and what became of it.

slots       which model stands behind a slot, what uses it, what another would mean
job         one piece of work as a value          inputs    what it reads of the rows, within someone's rights
work        asks, validates, repairs              runs      past work, kept for trials
fills       a field for many rows
"""
