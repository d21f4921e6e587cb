"""Apps copied: to have another one, to work on a change apart from the live app, to go to another workspace.

spec        what of a spec goes into a copy, and what is told of it
rows        rows, links and files, by PostgreSQL itself
people      who somebody is in another workspace
carried     history, comments and versions, which go along when an app moves
moving      what a move would do, told before it
making      one copy made: the app, what it holds and who may use it, in one transaction
jobs        copies that are asked for, worked off, cancelled
merging     what was changed in a copy, on the live app as it is now
"""
