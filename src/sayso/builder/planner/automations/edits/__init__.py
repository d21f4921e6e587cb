"""An automation changed by words: `also post it to #sales`, `run it at 8:30 instead`, `wait a day before that`.

opened.py    the automation as it stands, to be read and changed: its steps, what they give, whom they mean
timing.py    when it runs
placing.py   where a step goes, which step words mean
steps.py     steps added, taken away, changed
change.py    the first of these that the words are
"""
