"""Schedules in words, and the sentence back."""

import pytest

from sayso.builder.planner.schedule import schedules, sentence


@pytest.mark.parametrize(
    ("words", "cron", "back"),
    [
        ("every monday at 9", "0 9 * * 1", "every Monday at 09:00"),
        ("each friday, 15:00, by email", "0 15 * * 5", "every Friday at 15:00"),
        ("each night at 23:30", "30 23 * * *", "every day at 23:30"),
        ("on wednesdays at 4:30 pm", "30 16 * * 3", "every Wednesday at 16:30"),
        ("every morning 6:30 to the supervisor", "30 6 * * *", "every day at 06:30"),
        ("at 7 every evening", "0 19 * * *", "every day at 19:00"),
        ("every first day of the month at 8am", "0 8 1 * *", "on the 1st of every month at 08:00"),
        ("first monday of the month at 10", "0 10 * * 1#1", "on the first Monday of every month at 10:00"),
        ("on the 1st and 15th", "0 9 1,15 * *", "on the 1st and the 15th of every month at 09:00"),
        ("monday to friday at 8", "0 8 * * 1-5", "every weekday at 08:00"),
        ("every quarter", "0 9 1 1,4,7,10 *", "on the 1st of January, April, July and October at 09:00"),
        ("every 15 minutes", "*/15 * * * *", "every 15 minutes"),
        ("on the last day of each month at 6pm", "0 18 L * *", "on the last day of every month at 18:00"),
    ],
)
def test_a_schedule_in_words_becomes_cron_and_a_sentence(words: str, cron: str, back: str):
    (said,) = schedules(words)
    assert said.cron == cron
    assert sentence(said.cron) == back


@pytest.mark.parametrize(
    "words", ["the day of the visit", "a monday person", "price per month", "we met on friday", "monthly rent, deposit"]
)
def test_what_only_sounds_like_a_schedule_is_weak_or_none(words: str):
    assert not any(said.strong for said in schedules(words))
