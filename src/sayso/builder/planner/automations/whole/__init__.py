"""An automation read whole, against an app whose tables are settled: what starts it, and every step in the order in which it is said.

about.py       what the words are about: the app, the row's table, what earlier steps give, what is told beside the plan
pieces.py      a sentence cut into what starts it and one action after the other
starts.py      what starts it
which.py       which rows are meant: `open deals`, `tickets from last week`
ways.py        if, otherwise, for each, wait
rows.py  reports.py  files.py  messages.py  asking.py   the steps
told.py        all of it
"""
