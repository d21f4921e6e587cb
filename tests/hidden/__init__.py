"""What somebody may not see of an app, asked for at every door.

The vault of `tests/isolation/seeds.py` has a role *clerk*: it sees the chests that its member keeps, without what they are worth, what
is noted about them and their papers, and no keys at all. Tess is a clerk. `HIDDEN` is in what they do not see, and nowhere else.
"""
