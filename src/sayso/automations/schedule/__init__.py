"""When an automation starts by the clock: cron and words, the times they mean in a zone, and which of them are due.

cron.py      five fields of cron, and the moments they mean: clock changes are settled here
words.py     `every weekday at 8:30` → cron
sentence.py  cron → `every weekday at 08:30`
slots.py     which moments are to be started now, and what of those that were missed
"""
