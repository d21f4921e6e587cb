"""Steps that lead outside, and whether the person's words ask for anything of the kind.

A model that obeys a row, a document or a picture must not make an app send, call or write elsewhere. As everywhere in the guard only the
words count: a step stays when they speak of its way out, in whatever usual language, or when the automation had such a step before.
"""

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
PLACES = ("then", "otherwise", "steps")
_TELLING = (
    r"e-?mail|mail|send|sent|post|messag|notif|remind|nudge|tell|told|inform|alert|warn|ping|let \w+ (?:\w+ )?know|report|digest|summary|newsletter|confirm|invit|repl|answer|forward|slack|teams|discord|telegram|sms|whatsapp|#\w|@|"
    r"schick|send|benachrichtig|erinner|meld|nachricht|bescheid|bericht|antwort|envoy|envoi|rappel|préven|courriel|message|aviser|envía|enviar|avis|correo|recuerd|mensaj|manda|invia|ricord|promemoria|notific|avvis|messagg|stuur|herinner|bericht|mail|"
    r"wyśl|przypom|powiad|wiadomo|skicka|påminn|meddela|lähet|muistut|отправ|напомн|сообщ|уведом|надісл|нагад|发|通知|提醒|邮件|送|メール|通知|보내|알림|메일"
)
_ASKED = {
    "message": re.compile(_TELLING, re.I),
    "web": re.compile(r"https?:|\bwww\.|\bhttp\b|\bapis?\b|webhook|\burls?\b|endpoint|\bcall(?:s|ing|ed)?\b|\baddress|\bpost\s+(?:it|them|the)\b|\bzapier\b|\bmake\.com\b|schnittstelle|aufruf|appel|llama|chiam|接口|调用", re.I),
    "webhook": re.compile(r"webhook|https?:|\bevents?\b|\bapis?\b|\burls?\b|\bendpoint", re.I),
    "database": re.compile(r"\bsql\b|database|\bqueries\b|\bquery\b|warehouse|postgres|mysql|mariadb|bigquery|snowflake|datenbank|base de d|bas[ei] dati|数据库", re.I),
    "tool": re.compile(r"\bmcp\b|\btools?\b|\bapis?\b|openapi|operation|werkzeug|\bgithub\b|\bjira\b|\bcall(?:s|ing)?\b", re.I),
}  # fmt: skip
_WAY = {
    "send_email": "message", "send_message": "message", "notify": "message", "approval": "", "http_request": "web", "webhook_out": "webhook", "sql": "database",
    "mcp_tool": "tool", "operation": "tool",
}  # fmt: skip
_SAID = {
    "message": "a message to somebody", "web": "a call to an address", "webhook": "a webhook to an address", "database": "a statement on a database", "tool": "a call of a tool elsewhere",
}  # fmt: skip


def kinds(rule: Json | None) -> frozenset[str]:
    """The ways out that an automation has."""
    return frozenset(w for s in _every((rule or {}).get("steps") or []) if (w := _WAY.get(str(s.get("kind")), "")))


def kept(rule: Json, words: str, before: frozenset[str] = frozenset()) -> tuple[Json, list[str]]:
    """The automation without ways out that nobody asked for, and which those were. `before` are the ways that it had already."""
    gone: list[str] = []

    def walked(steps: list[Any]) -> list[Any]:
        left: list[Any] = []
        for step in steps:
            way = _WAY.get(str(step.get("kind")), "") if isinstance(step, dict) else ""
            if way and way not in before and not _ASKED[way].search(words):
                gone.append(_SAID[way])
                continue
            if isinstance(step, dict):
                step = {k: walked(v) if k in PLACES and isinstance(v, list) else v for k, v in step.items()}
                if isinstance(step.get("cases"), list):
                    step["cases"] = [
                        c | {"then": walked(c["then"])} if isinstance(c, dict) and isinstance(c.get("then"), list) else c
                        for c in step["cases"]
                    ]
            left.append(step)
        return left

    steps = rule.get("steps")
    return ({**rule, "steps": walked(steps)} if isinstance(steps, list) else rule), list(dict.fromkeys(gone))


def _every(steps: list[Any]) -> Iterator[Json]:
    for step in steps:
        if not isinstance(step, dict):
            continue
        yield step
        for place in PLACES:
            yield from _every(step.get(place) or [])
        for case in step.get("cases") or []:
            yield from _every(case.get("then") or []) if isinstance(case, dict) else ()
