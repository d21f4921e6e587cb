"""What people say of answers whose author they do not see."""

from sayso.trials import votes
from sayso.trials.statistics import Duel
from sayso.trials.votes import VOTES_LEAST, Vote
from tests.trials.conftest import LETTERS, NEXT, Story


async def test_answers_without_names_stand_in_an_order_of_ones_own(story: Story):
    told = await story.begins(NEXT, "better", "poor")
    url = f"/api/trials/{told['id']}/cases"
    blind = (await story.cases(told["id"], story.mia, blind=True))["items"]
    assert blind == (await story.cases(told["id"], story.mia, blind=True))["items"], "and always in the same one"
    orders = {tuple(one["text"] for one in case["answers"]) for case in blind}
    assert [one["answer"] for one in blind[0]["answers"]] == ["A", "B", "C"]
    hidden = [one for case in blind for one in case["answers"]]
    assert all(
        one[what] in (None, [], False) for one in hidden for what in ("cost", "ms", "model", "differences", "judged", "won")
    )
    assert "trio" not in str(blind) and "in_use" not in str(blind) and len(orders) == 5

    for case in blind:
        letter = next(one["answer"] for one in case["answers"] if "courier" in one["text"])
        answer = await story.mia.put(f"{url}/{case['n']}/votes", json={"answer": letter, "vote": "good"})
        assert answer.status_code == 200, answer.text
        mine = {one["answer"]: one["mine"] for one in answer.json()["case"]["answers"]}
        assert mine[letter] == "good" and set(mine) == {"A", "B", "C"}
    grades = {
        one["name"]: one["grades"]["good"] for one in (await story.ben.get(f"/api/trials/{told['id']}")).json()["contenders"]
    }
    assert grades == {"plain": 0, "better": 5, "poor": 0}, "a letter means the same answer for whoever saw it"


async def test_votes_become_quality_when_there_are_enough(story: Story):
    given = [{"inputs": {"Letter": f"{text} ({n})"}} for n in range(5) for text in LETTERS]
    told = await story.begins(NEXT, "better", cases={"source": "hand", "given": given})
    url = f"/api/trials/{told['id']}/cases"
    for n in range(1, 20):
        for answer, vote in (("in_use", "fine" if n % 2 else "poor"), ("c1", "good")):
            assert (await story.ben.put(f"{url}/{n}/votes", json={"answer": answer, "vote": vote})).status_code == 200
    almost = (await story.ben.get(f"/api/trials/{told['id']}")).json()
    assert [one["votes_missing"] for one in almost["contenders"]] == [1, 1] and almost["best"] is None
    assert "1 more vote on each" in almost["verdict"]
    for answer, vote in (("in_use", "fine"), ("c1", "poor")):
        await story.ben.put(f"{url}/20/votes", json={"answer": answer, "vote": vote})
    enough = (await story.cleo.get(f"/api/trials/{told['id']}")).json()
    plain, better = enough["contenders"]
    assert plain["grades"] == {"good": 0, "fine": 11, "poor": 9} and plain["quality"]["value"] == 11 * 0.5 / 20
    assert better["quality"] | {"low": 0, "high": 0} == {"value": 0.95, "low": 0, "high": 0, "n": 20, "by": "votes"}
    assert enough["best"] == "c1" and enough["people"] == 1 and "is better than what is in use: 95% to 28%" in enough["verdict"]
    won = (await story.cases(told["id"]))["items"][0]["answers"]
    assert [one["won"] for one in won] == [False, True]
    assert (await story.cases(told["id"], show="unvoted"))["total"] == 5
    assert (await story.cases(told["id"], story.mia, show="unvoted"))["total"] == 25

    await story.ben.put(f"{url}/20/votes", json={"answer": "c1", "vote": None})
    assert (await story.ben.get(f"/api/trials/{told['id']}")).json()["contenders"][1]["votes_missing"] == 1


async def test_two_answers_are_chosen_between_and_ties_count_half(story: Story):
    told = await story.begins(NEXT, "better", "poor")
    url = f"/api/trials/{told['id']}"
    seen = 0
    while (found := (await story.mia.get(f"{url}/pairs")).json())["pair"] is not None:
        pair = found["pair"]
        sides = {side: pair[side]["text"] for side in ("left", "right")}
        assert sides["left"] != sides["right"], "answers that say the same are no choice"
        vote = "answer" if "courier" in sides["left"] else "other" if "courier" in sides["right"] else "tie"
        body = {"answer": pair["left"]["answer"], "other": pair["right"]["answer"], "vote": vote}
        assert (await story.mia.put(f"{url}/cases/{pair['case']}/votes", json=body)).status_code == 200
        seen += 1
        assert found["left"] == 11 - seen
    assert seen == 10, "plain and poor say the same"
    pairs = {one["name"]: one["measures"]["pairs"] for one in (await story.ben.get(url)).json()["contenders"]}
    assert pairs["better"]["value"] > 0.8 > pairs["plain"]["value"] and pairs["better"]["n"] == 10
    assert pairs["better"]["low"] <= pairs["better"]["value"] <= pairs["better"]["high"]


async def test_nonsense_votes_are_refused(story: Story):
    told = await story.begins(NEXT, "better")
    url = f"/api/trials/{told['id']}/cases/1/votes"
    for body, status in (
        ({"answer": "c9", "vote": "good"}, 422),
        ({"answer": "Z", "vote": "good"}, 422),
        ({"answer": "c1", "vote": "tie"}, 422),
        ({"answer": "c1", "other": "c1", "vote": "tie"}, 422),
        ({"answer": "c1", "other": "in_use", "vote": "good"}, 422),
    ):
        answer = await story.ben.put(url, json=body)
        assert answer.status_code == status and answer.json()["problems"], body
    assert (await story.ben.put(url.replace("/1/", "/99/"), json={"answer": "c1", "vote": "good"})).status_code == 404


def test_a_case_counts_once_however_many_vote():
    some = [Vote(n, who, "c1", "", "good" if who == "ana" else "poor") for n in range(VOTES_LEAST) for who in ("ana", "ben")]
    told = votes.graded(some, "c1", 30)
    assert (told.good, told.poor, told.missing) == (VOTES_LEAST, VOTES_LEAST, 0)
    assert told.quality is not None and (told.quality.value, told.quality.n) == (0.5, VOTES_LEAST)


def test_votes_of_pairs_are_duels():
    some = [Vote(1, "ana", "c1", "c2", "a"), Vote(2, "ana", "c1", "c2", "tie"), Vote(1, "ana", "c1", "", "good")]
    assert votes.duels(some) == [Duel("c1", "c2", "c1"), Duel("c1", "c2", None)]
