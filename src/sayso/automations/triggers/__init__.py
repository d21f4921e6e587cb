"""What starts automations.

triggers.py   one of a process: follows events, looks at the clock, reads mail
heard.py      events → runs
states.py     rows as they were before and after what an event tells of, read from their history
bulk.py       events of very many rows, taken in batches
clock.py      schedules and dates that are due
caused.py     runs that are caused by runs: how many in a row, how many a minute
"""
