"""Schedules in words, to cron and back."""

import pytest

from sayso.automations.schedule.cron import read
from sayso.automations.schedule.sentence import sentence
from sayso.automations.schedule.words import cron_from
from sayso.errors import Invalid


@pytest.mark.parametrize(
    ("words", "cron", "said"),
    [
        ("every weekday at 8:30", "30 8 * * 1-5", "every weekday at 08:30"),
        ("every Monday at 9", "0 9 * * 1", "every Monday at 09:00"),
        ("every monday at 9 in the morning", "0 9 * * 1", "every Monday at 09:00"),
        ("Mondays and Thursdays at 10am", "0 10 * * 1,4", "every Monday and Thursday at 10:00"),
        ("Mon-Fri at 17:00", "0 17 * * 1-5", "every weekday at 17:00"),
        ("Friday to Monday at 7", "0 7 * * 0,1,5,6", "every Sunday, Monday, Friday and Saturday at 07:00"),
        ("on weekends at noon", "0 12 * * 0,6", "every Saturday and Sunday at 12:00"),
        ("first of the month", "0 9 1 * *", "on the 1st of every month at 09:00"),
        ("monthly on the 5th at 9", "0 9 5 * *", "on the 5th of every month at 09:00"),
        ("on the 1st and 15th of every month at 9", "0 9 1,15 * *", "on the 1st and the 15th of every month at 09:00"),
        ("last day of the month at 18:00", "0 18 L * *", "on the last day of every month at 18:00"),
        ("last weekday of the month", "0 9 LW * *", "on the last weekday of every month at 09:00"),
        ("first Monday of the month at 9", "0 9 * * 1#1", "on the first Monday of every month at 09:00"),
        ("every month on the last Friday at 4pm", "0 16 * * 5L", "on the last Friday of every month at 16:00"),
        ("quarterly", "0 9 1 1,4,7,10 *", "every quarter on the 1st of its first month at 09:00"),
        (
            "every 2 months at 8",
            "0 8 1 1,3,5,7,9,11 *",
            "on the 1st of January, March, May, July, September and November at 08:00",
        ),
        ("every year on 1 March", "0 9 1 3 *", "every year on 1 March at 09:00"),
        ("yearly", "0 9 1 1 *", "every year on 1 January at 09:00"),
        ("weekly", "0 9 * * 1", "every Monday at 09:00"),
        ("daily", "0 9 * * *", "every day at 09:00"),
        ("every evening at 7", "0 19 * * *", "every day at 19:00"),
        ("at midnight", "0 0 * * *", "every day at 00:00"),
        ("twice a day", "0 9,17 * * *", "every day at 09:00 and 17:00"),
        ("twice a day at 9 and 17", "0 9,17 * * *", "every day at 09:00 and 17:00"),
        ("at 9 and 5 pm", "0 9,17 * * *", "every day at 09:00 and 17:00"),
        ("hourly", "0 * * * *", "every hour"),
        ("every hour at 15 minutes past", "15 * * * *", "every hour at 15 minutes past"),
        ("every 15 minutes", "*/15 * * * *", "every 15 minutes"),
        ("every 2 hours between 9 and 17", "0 9-17/2 * * *", "every 2 hours from 09:00 to 17:00"),
        ("every hour from 9 to 5 on weekdays", "0 9-17 * * 1-5", "every hour from 09:00 to 17:00, every weekday"),
        (
            "every 10 minutes between 9 and 5 on weekdays",
            "*/10 9-16 * * 1-5",
            "every 10 minutes from 09:00 to 16:59, every weekday",
        ),
        ("every 2 days", "0 9 */2 * *", "every 2 days, beginning anew each month at 09:00"),
    ],
)
def test_words_become_cron_and_cron_is_said(words: str, cron: str, said: str) -> None:
    assert cron_from(words) == cron
    assert sentence(cron) == said
    read(cron)


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "says when"),
        ("please", "is not understood"),
        ("whenever you like", "is not understood"),
        ("every blue moon", "'blue moon'"),
        ("every Monday at 9 and tell Bob", "'tell bob'"),
        ("'; drop table automations", "drop table"),
        ("every 7 minutes", "every 7 minutes evenly"),
        ("every 0 hours", "every 0 hours evenly"),
        ("every other Monday", "cannot skip weeks"),
        ("every 3 weeks on Friday", "cannot skip weeks"),
        ("at 25:00", "'25:00'"),
        ("at 13 pm", "'13 pm'"),
        ("on the 32nd", "32"),
        ("at 8:30 and 17:00", "two automations"),
        ("three times a day at 9 and 17", "names 2"),
        ("between 9 and 17", "not how often"),
        ("every 2 hours between 17 and 9", "ends before it begins"),
        ("every 2 hours at 9", "both an interval"),
        ("every 5 months", "every 2, 3, 4, 6 or 12 months"),
        ("every day " * 50, "says when"),
    ],
)
def test_what_is_not_understood_is_said_and_nothing_is_guessed(words: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        cron_from(words)


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("*/5 * * * *", "every 5 minutes"),
        ("* * * * *", "every minute"),
        ("0 */5 * * *", "every 5 hours, beginning anew at midnight"),
        ("15,45 * * * *", "at 15 and 45 minutes past every hour"),
        ("0 9 * 1 *", "every day of January at 09:00"),
        ("0 9 * * MON-FRI", "every weekday at 09:00"),
        ("0 9 13 * 5", "on the 13th of every month or every Friday at 09:00"),
        ("0 0 1 1 *", "every year on 1 January at 00:00"),
        ("0-30/10 8,9 1-7 */2 2", "at the minutes 0-30/10 of the hours 08:00 and 09:00, on the 1st to the 7th of every second month or every Tuesday"),
    ],
)  # fmt: skip
def test_any_cron_is_said(cron: str, said: str) -> None:
    assert sentence(cron) == said
