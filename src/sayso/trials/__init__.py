"""Trials: the same past work on other models or with another prompt, compared on quality, cost and time. Nothing is written into rows.

trial.py          what a trial is        parts.py      what of an app can be tried
cases/            what is asked          estimate.py   what it will cost, first
work.py, run.py   who asks, durably      players.py    how each kind of part is asked, without side effects
checks.py, judge.py, votes.py            what an answer is worth
summary.py, statistics.py, differences.py, frontier.py      what is shown
promotion.py      keep this model        schedule.py   again, by itself
"""
