"""Steps of an automation added, taken away, changed, put under a condition."""

import re
from typing import Any

from sayso.builder.planner.automations.edits import placing
from sayso.builder.planner.automations.edits.opened import MESSAGES, PLACES, Opened
from sayso.builder.planner.automations.whole import asking, messages, outside, spans
from sayso.builder.planner.automations.whole.about import Json
from sayso.builder.planner.automations.whole.pieces import Piece, pieces, quoted
from sayso.builder.planner.automations.whole.recipients import CHANNEL, who
from sayso.builder.planner.automations.whole.starts import met
from sayso.builder.planner.automations.whole.told import Walk, action, attach, pruned
from sayso.builder.planner.automations.whole.which import rows_meant
from sayso.builder.planner.names import tables_in
from sayso.spec.filter import Condition, Filter

_LIMITED = ("row_created", "row_changed", "row_deleted", "date_reached", "button")
_ONLY = re.compile(
    r"^(?:(?:do\s+(?:it|this|that)|run\s+(?:it|this)|send\s+(?:it|that|the\s+e-?mail)|but|it\s+should\s+(?:only\s+)?run)\s+)?(?P<neg>unless|not\s+(?:if|when|for)|except\s+(?:if|when|for)|never\s+(?:if|when|for))\s+(?P<x>.+)$|"
    r"^(?:(?:do\s+(?:it|this|that)|run\s+(?:it|this)|send\s+(?:it|that|the\s+e-?mail)|but|it\s+should(?:\s+run)?|make\s+it\s+(?:run\s+)?)\s+)?only\s+(?:if|when|for|with|on|run\s+(?:it\s+)?(?:if|when|for)|send\s+(?:it\s+)?(?:if|when|for)|do\s+(?:it|this)\s+(?:if|when|for))\s+(?P<x2>.+)$|"
    r"^(?:don't|do\s+not|skip\s+(?:it|this))\s*(?:run\s+(?:it|this)|send\s+(?:it|that)|do\s+(?:it|this))?\s*(?P<neg2>if|when|for)\s+(?P<x3>.+)$|"
    r"^if\s+(?P<x4>[^,]+)$"
)
_OPPOSITE = {
    "is": "is_not",
    "is_not": "is",
    "gt": "lte",
    "gte": "lt",
    "lt": "gte",
    "lte": "gt",
    "empty": "not_empty",
    "not_empty": "empty",
    "any_of": "none_of",
    "none_of": "any_of",
    "contains": "not_contains",
    "not_contains": "contains",
}


def limited(text: str, raw: str, one: Opened) -> bool:
    """`only if the amount is over 1000`, `unless it is urgent`."""
    m = _ONLY.match(text)
    if m is None:
        return False
    words = next(m[g] for g in ("x", "x2", "x3", "x4") if m[g])
    table = one.about.row or one.about.found or one.about.table
    filter = rows_meant(words, table) if table is not None else Filter()
    if not filter.of:
        return False
    if m["neg"] or m["neg2"]:
        if len(filter.of) != 1 or not isinstance(filter.of[0], Condition) or filter.of[0].op not in _OPPOSITE:
            return False
        only = filter.of[0]
        filter = Filter(of=(only.model_copy(update={"op": _OPPOSITE[only.op]}),))
    if one.trigger["kind"] in _LIMITED and one.about.row is not None:
        one.trigger["filter"] = met(Filter.model_validate(one.trigger.get("filter") or {}), filter).portable()
        return True
    found = [
        steps[n]
        for steps, n in one.all()
        if table is not None
        and steps[n].get("table") == table.id
        and steps[n]["kind"] in ("find_rows", "aggregate", "chart", "sheet", "changes")
    ]
    if one.about.row is None and found:
        for step in found:
            step["filter"] = met(Filter.model_validate(step.get("filter") or {}), filter).portable()
        return True
    if one.about.row is None:
        return False
    one.steps = [{"kind": "branch", "filter": filter.portable(), "then": one.steps}]
    return True


_REMOVE = re.compile(
    r"^(?:remove|delete|drop|take\s+out|take\s+away|get\s+rid\s+of|leave\s+out|skip|lose|no|without|cut|scrap)\s+(?P<x>.+?)(?:\s+(?:any\s?more|please|again|from\s+(?:it|this|the\s+automation)))?$"
)
_STOP = re.compile(
    r"^(?:(?:stop|no\s+longer|don't|do\s+not)\s+(?P<x>(?:e-?mail|mail|post|send|notify|tell|remind|ask|wait|creat|add|attach|call|updat)\w*\b.*?)(?:\s+any\s?more)?)$"
)


def removed(text: str, raw: str, one: Opened) -> bool:
    m = _REMOVE.match(text) or _STOP.match(text)
    if m is None:
        return False
    words = re.sub(r"^(?:the|that|this|its|any|our)\s+", "", m["x"])
    if re.fullmatch(r"(?:whole\s+)?(?:it|automation|thing|rule)", words):
        return False
    if re.search(r"\bconditions?\b|\bfilters?\b", words) and one.trigger.get("filter"):
        one.trigger.pop("filter")
        return True
    if re.search(r"\battachments?\b|\battach\w*", words):
        return _detached(words, one)
    done = False
    for part in re.split(r"\s+and\s+(?:the\s+)?|\s*,\s*(?:the\s+)?", words):
        at = placing.meant(part, one)
        if at is None:
            continue
        steps, n = at
        gone = steps.pop(n)
        _unnamed(gone, one)
        done = True
    one.steps = pruned(one.steps)
    return done


def _detached(words: str, one: Opened) -> bool:
    for steps, n in one.all():
        if steps[n].pop("attachments", None):
            one.steps = [s for s in one.steps if s["kind"] not in ("sheet", "document")]
            return True
    return False


def _unnamed(gone: Json, one: Opened) -> None:
    """What a step that is gone gave is named nowhere any more; an answer that nobody asks for is no test."""
    ids = {s["id"] for s in [gone, *[x for place in PLACES for x in gone.get(place) or []]] if s.get("id")}
    if not ids:
        return
    name = re.compile(r"\{\s*(?:" + "|".join(map(re.escape, ids)) + r")\s*:[^{}]*\}")
    for steps, n in one.all():
        step = steps[n]
        for key, value in list(step.items()):
            if isinstance(value, str) and name.search(value):
                step[key] = re.sub(r"\n{3,}", "\n\n", name.sub("", value)).strip()
            elif key == "attachments":
                step[key] = [v for v in value if not name.search(v)]
            elif key == "values" and isinstance(value, dict):
                step[key] = {k: v for k, v in value.items() if not (isinstance(v, str) and name.search(v))}
        if step["kind"] == "branch" and any(name.search(str(t.get("value", ""))) for t in step.get("tests", [])):
            step["tests"] = [t for t in step["tests"] if not name.search(str(t.get("value", "")))]
            if not step["tests"] and not (step.get("filter") or {}).get("of"):
                steps[n : n + 1] = step.get("then") or []
                return


_WAIT = re.compile(
    rf"^(?:(?:add|insert|put\s+in|with)\s+(?:an?\s+)?(?:wait|delay|pause)\s+(?:of|for)\s+{spans.SPAN}|(?:wait|pause|hold(?:\s+on)?)\s+(?:for\s+)?{spans.SPAN.replace('count', 'count2').replace('unit', 'unit2')}|(?:add|insert|put\s+in)\s+(?:an?\s+)?{spans.SPAN.replace('count', 'count3').replace('unit', 'unit3').replace('?:', '?:')}\s+(?:of\s+)?(?:wait|delay|pause))"
)
_WAIT_IS = re.compile(rf"^(?:make|change|set)\s+(?:the\s+)?(?:wait|delay|pause)\s+(?:to\s+)?{spans.SPAN}")


def waits(text: str, raw: str, one: Opened) -> bool:
    """`wait a day before that`, `make the wait 3 days`, `wait 3 days instead`."""
    if (m := _WAIT_IS.match(text)) is not None or ((m := _WAIT.match(text)) is not None and re.search(r"\binstead\b", text)):
        at = placing.meant("wait", one)
        if at is not None:
            at[0][at[1]] = {**{k: v for k, v in at[0][at[1]].items() if k not in ("until", "webhook")}, "seconds": _seconds(m)}
            return True
    if (m := _WAIT.match(text)) is None:
        return False
    where = placing.spot(raw, one)
    at = where[0] if where else placing.last_outward(one) or (one.steps, len(one.steps))
    at[0].insert(at[1], {"kind": "wait", "seconds": _seconds(m)})
    return True


def _seconds(m: "re.Match[str]") -> int:
    groups = m.groupdict()
    count, unit = next((groups[f"count{n}"], groups[f"unit{n}"]) for n in ("", "2", "3") if groups.get(f"count{n}"))
    return spans.seconds(count, unit)


def approved(text: str, raw: str, one: Opened) -> bool:
    """An approval goes before what leads outside, unless the words say where."""
    if not re.search(r"\bapprov|\bsign[- ]?off|\bsigned\s+off|\bpermission\b|\bsays?\s+yes\b|\bok(?:ay)?\b", text) or re.match(
        r"(?:remove|drop|delete|no|without|skip|stop)\b", text
    ):
        return False
    where = placing.spot(raw, one)
    said = where[1] if where else raw
    steps = asking.approval(Piece(said.lower(), said, 0, len(said)), one.about)
    if not steps:
        return False
    first = placing.first_outward(one) or (one.steps, 0)
    at = where[0] if where and not re.search(r"\bbefore\s+(?:sending|that|it)\b", text) else first
    at[0][at[1] : at[1]] = steps
    return True


_SUBJECT = re.compile(
    r"^(?:change|set|make|use|let)\s+(?:the\s+)?subject(?:\s+line)?\s*(?:to|be|as|:)?\s+(?P<x>.+)$|^(?:the\s+)?subject(?:\s+line)?\s+(?:should\s+(?:be|say|read)|is)\s+(?P<x2>.+)$"
)
_BODY = re.compile(
    r"^(?:change|set|make|let)\s+(?:the\s+)?(?P<w>text|body|message|e-?mail|words|slack\s+message|post)\s*(?:to|say|read|be|:)\s+(?P<x>.+)$|^(?:the\s+)?(?P<w2>text|body|message|e-?mail|it|slack\s+message|post)\s+should\s+(?:be|say|read)\s*:?\s+(?P<x2>.+)$|^(?:it\s+should\s+)?say\s+(?P<x3>[\"“'].+)$"
)


def reworded(text: str, raw: str, one: Opened) -> bool:
    if (m := _SUBJECT.match(text)) is not None:
        at = placing.meant("e-mail", one, ("send_email",))
        if at is None:
            return False
        at[0][at[1]]["subject"] = _said(raw, m, "x", "x2")[:200]
        return True
    if (m := _BODY.match(text)) is None:
        return False
    at = placing.meant(m["w"] or m["w2"] or "message", one, MESSAGES) or placing.meant("message", one, MESSAGES)
    if at is None:
        return False
    at[0][at[1]]["body"] = _said(raw, m, "x", "x2", "x3")
    return True


def _said(raw: str, m: "re.Match[str]", *groups: str) -> str:
    words = next(raw[m.start(g) : m.end(g)] for g in groups if m[g])
    return quoted(words) or words.strip(" \"“”'")


_INSTEAD = re.compile(
    r"\binstead\b|\brather\s+than\b|^not\b.*\bbut\b|^use\b|^(?:change|switch|move)\b.*\bto\b|\bnot\s+(?:to\s+|in\s+|by\s+)?[\w#@.-]+$"
)


def replaced(text: str, raw: str, one: Opened) -> bool:
    """`e-mail Ben instead`, `use Teams instead of Slack`, `post it in #ops instead of #sales`, `change the channel to #ops`."""
    if not _INSTEAD.search(text):
        return False
    new, old = raw, ""
    for pattern in (r"\b(?:instead\s+of|rather\s+than)\s+(?P<o>.+)$", r",?\s+(?:and\s+)?not\s+(?P<o>.+)$"):
        if (m := re.search(pattern, new, re.I)) is not None:
            new, old = new[: m.start()], m["o"]
    if m := re.match(r"(?i)not\s+(?P<o>.+?)\s*,?\s+but\s+(?P<n>.+)$", raw):
        new, old = m["n"], m["o"]
    new = re.sub(r"(?i)\b(?:instead|rather)\b", " ", new)
    new = re.sub(r"\s+", " ", re.sub(r"(?i)^(?:please\s+|and\s+|but\s+)*", "", new)).strip(" ,.")
    low = new.lower()
    ways = [w for w in messages.channels(low) if not (w == "notify" and not re.search(r"notif|alert|in the app|ping", low))]
    at = _old(old, ways, low, one)
    if at is None:
        return False
    steps, n = at
    step = steps[n]
    to = who(
        low
        if re.match(r"(?:e-?mail|send|post|notify|tell|message|let|ask|remind)", low)
        else f"send it to {re.sub(r'^(?:to|change the (?:channel|recipient|address) to|change it to|use) ', '', low)}",
        _aligned(new, low),
        one.about,
    )
    channel = CHANNEL.search(new)
    if step["kind"] == "approval":
        to = to or new.split()[-1]
        step["by"] = to
        return True
    if not ways and not to and not channel:
        return False
    way = (
        ways[0] if ways and not (ways == ["slack"] and channel and step["kind"] == "send_message" and "slack" not in low) else ""
    )
    steps[n] = _turned(step, way, to, channel[0] if channel else "", one)
    return True


def _aligned(new: str, low: str) -> str:
    return (
        new
        if re.match(r"(?:e-?mail|send|post|notify|tell|message|let|ask|remind)", low)
        else f"send it to {re.sub(r'(?i)^(?:to|change the (?:channel|recipient|address) to|change it to|use) ', '', new)}"
    )


def _old(old: str, ways: list[str], low: str, one: Opened) -> placing.At | None:
    if old and (at := placing.meant(old, one)) is not None:
        return at
    if re.search(r"\bask\b|\bapprov", low) and (at := placing.meant("approval", one, ("approval",))):
        return at
    same = {"email": ("send_email",), "notify": ("notify",)}.get(ways[0], ("send_message",)) if ways else ()
    if same and (at := placing.meant("message e-mail slack notify", one, same)) is not None:
        return at
    return placing.meant("message e-mail slack notify", one, MESSAGES)


def _turned(step: Json, way: str, to: str, channel: str, one: Opened) -> Json:
    """The message by another way or to somebody else, in the same words."""
    kind = {"email": "send_email", "notify": "notify", "": step["kind"]}.get(way, "send_message")
    kept: dict[str, Any] = {k: step[k] for k in ("id", "name", "retry", "failed") if k in step}
    body = step.get("body", "")
    made: Json = {"kind": kind, **kept}
    if kind == "send_email":
        made |= {"to": to or step.get("to", ""), "subject": step.get("subject", "") or one.rule.name, "body": body}
        made |= {k: step[k] for k in ("cc", "attachments", "connection") if step["kind"] == kind and k in step}
        if step["kind"] != kind and not to:
            made["to"] = "me" if str(step.get("to", "")).startswith("#") or not step.get("to") else step["to"]
    elif kind == "notify":
        made |= {"to": to or ("" if str(step.get("to", "")).startswith("#") else step.get("to", "")), "body": chatty(body)}
    else:
        via = way or step.get("via", "slack")
        same = step["kind"] == kind
        made |= {"via": via, "to": channel or to or (step.get("to", "") if same else ""), "body": body if same else chatty(body)}
        made |= {"connection": step["connection"]} if same and not way and "connection" in step else {}
    return {k: v for k, v in made.items() if v != ""}


def chatty(body: str) -> str:
    """An e-mail's words for a chat: without pictures and stars."""
    text = re.sub(r"\{[^{}]*:\s*picture\}", "", body).replace("**", "").replace("  \n", "\n")
    return re.sub(r"\n{3,}", "\n\n", text).strip()


_COPIED = re.compile(
    r"^(?:(?:also\s+)?(?:cc|copy(?:\s+in)?)\s+(?P<cc>.+)|(?:also\s+)?(?:send\s+it\s+|e-?mail\s+it\s+)?(?:also\s+)?(?:to|add)\s+(?P<to>[\w.+@ -]{2,60}?)(?:\s+(?:too|as\s+well|to\s+(?:the\s+)?(?:recipients|e-?mail)))?)$"
)


def copied(text: str, raw: str, one: Opened) -> bool:
    """One more who gets the e-mail."""
    m = _COPIED.match(text)
    at = placing.meant("e-mail", one, ("send_email",)) if m else None
    if (
        m is None
        or at is None
        or "#" in text
        or re.search(r"\b(?:step|approval|wait|chart|csv|pdf|excel|condition|field|column|table|slack|teams)\b", text)
    ):
        return False
    group = "cc" if m["cc"] else "to"
    words = raw[m.start(group) : m.end(group)]
    if group == "to" and text.startswith("add") and not (words[:1].isupper() or "@" in words or words == "me"):
        return False
    to = who(f"send it to {words.lower()}", f"send it to {words}", one.about)
    if not to:
        return False
    step = at[0][at[1]]
    step[group] = ", ".join(dict.fromkeys([*(p for p in str(step.get(group, "")).split(", ") if p), to]))
    return True


_ADDS = re.compile(
    r"^(?:(?:and|also|then|please|afterwards?|next|finally|plus|it\s+should(?:\s+also)?|i\s+want\s+it\s+to|have\s+it|let\s+it|make\s+it|we\s+(?:also\s+)?want\s+to)\s+)*(?:add|include|insert|put\s+in)?\s*(?:an?\s+|another\s+|the\s+)?(?:step\s+(?:that|to|which)\s+)?(?P<x>.+)$"
)
_ALSO = re.compile(r"\b(?:also|too|as\s+well|in\s+addition)\b")


_OF_THE_APP = re.compile(
    r"\b(?:fields?|columns?|tables?|views?|board|calendar|gallery|kanban|dashboard|forms?|roles?|options?|choices?)\b"
)


_TO_A_TABLE = re.compile(
    r"^(?:add|put|give|insert)\s+(?:an?\s+|the\s+)?(?P<x>[\w -]{2,40}?)\s+(?:to|on|in)\s+(?:the\s+|each\s+|every\s+|all\s+)?(?P<t>[\w -]{2,40})$"
)


def _of_a_table(text: str, one: Opened) -> bool:
    """`add a website to clients` speaks of a table, not of this automation."""
    m = _TO_A_TABLE.match(text)
    return m is not None and bool(tables_in(one.app, m["t"])) and not tables_in(one.app, m["x"])


def added(text: str, raw: str, one: Opened) -> bool:
    """Further steps: before or after the one that is named, else after the last message."""
    where = placing.spot(raw, one)
    said = re.sub(r"\s+(?:too|as\s+well|also|in\s+addition)\s*$", "", where[1] if where else raw, flags=re.I)
    said = re.sub(
        r"(?i)^(?:(?:and|also|then|please|afterwards?|next|finally|plus|it\s+should(?:\s+also)?|i\s+want\s+it\s+to|have\s+it|let\s+it|make\s+it|we\s+(?:also\s+)?want\s+to|add\s+a\s+step\s+(?:that|to|which))\s+)+",
        "",
        said,
    ).strip()
    said = re.sub(
        r"(?i)^add\s+(?:an?\s+|another\s+)?(?P<x>slack|teams|discord|telegram|e-?mail|message|notification)\b\s*(?:message\s+|post\s+|notification\s+)?",
        lambda m: f"send an {m['x']} message " if not m["x"].lower().startswith("e") else "e-mail ",
        said,
    )
    if (_OF_THE_APP.search(text) and not messages.channels(text)) or _of_a_table(text, one):
        return False
    mail = placing.meant("e-mail", one, ("send_email",))
    walk = Walk(one.about, one.trigger, lambda piece, about: _read(piece, one))
    walk.parted = True
    before = len(one.about.left)
    for piece in pieces(said):
        if (
            mail is not None
            and re.match(r"(?:attach|include|add|put|with)\b", piece.text)
            and re.search(r"\b(?:pdf|csv|excel|xlsx|spreadsheet|chart|graph)\b", piece.text)
        ):
            if not attach(piece, mail[0][mail[1]], mail[0], one.about):
                return False
            continue
        walk.take(piece)
    made = pruned(walk.root)
    if not made or len(one.about.left) - before > len(made):
        return mail is not None and bool(re.search(r"\b(?:pdf|csv|excel|xlsx|spreadsheet|chart|graph)\b", text))
    at = where[0] if where else placing.end(one)
    at[0][at[1] : at[1]] = made
    return True


def _read(piece: Piece, one: Opened) -> list[Json] | None:
    """The steps of a piece; `also post it` says what was said already, by another way."""
    ways = messages.channels(piece.text)
    same = re.search(r"\b(?:it|that|the\s+same|this|them)\b", piece.text) or re.match(
        r"(?:slack|telegram|discord|teams|e-?mail|post|notify|tell|message|ping|send)\b", piece.text
    )
    last = placing.meant("message e-mail slack notify", one, MESSAGES)
    if (
        ways
        and same
        and last is not None
        and not quoted(piece.raw)
        and not outside.URL.search(piece.raw)
        and not re.search(r"\b(?:that|saying)\s+\w+\s+\w+|\b(?:pdf|csv|excel|summary|list|report)\b", piece.text)
    ):
        to = who(piece.text, piece.raw, one.about)
        channel = CHANNEL.search(piece.raw)
        model = {k: v for k, v in last[0][last[1]].items() if k not in ("id", "name", "cc")}
        if model["kind"] != "send_email":
            model.pop("to", None)
        made: list[Json] = []
        for way in ways:
            kind = "email" if way == "notify" and messages.mailed(to, one.about) else way
            step = _turned(model, kind, to, channel[0] if channel and kind not in ("email", "notify") else "", one)
            if kind not in ("email", "notify") and not channel and not to:
                step.pop("to", None)
            made.append(step)
        return made
    return action(piece, one.about)
