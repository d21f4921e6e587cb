"""What a clause is about: tables and fields, a view, something that happens by itself, a rule about people, or nothing to build."""

import re
from typing import Literal

from sayso.builder.planner import lexicon
from sayso.builder.planner.clauses import Clause
from sayso.builder.planner.nouns import noun_of, tableish
from sayso.builder.planner.schedule import schedules

Intent = Literal["schema", "view", "automation", "computed", "ai", "role", "smalltalk"]

VIEW = re.compile(
    r"\b(?:(?P<board>(?:kan\s?ban|board(?!\s+(?:members?|of\s+directors|games?|meetings?|papers?|minutes|room|approval)))s?(?:\s+view)?|swim\s?lanes?|pipeline\s+view)|(?P<calendar>calendars?(?!\s+(?:days?|weeks?|years?|months?)\b))|(?P<timeline>time\s?lines?|gantt(?:\s+chart)?s?|roadmap\s+view)|"
    r"(?P<gallery>galler(?:y|ies)|lookbook|photo\s+wall|card\s+view|contact\s+sheet|as\s+cards)|(?P<dashboard>dash\s?boards?|overview\s+page|kpi\s+page|at\s+a\s+glance)|"
    r"(?P<chart>(?:bar|line|pie|area|donut|doughnut|column|trend)?\s*-?(?:charts?|graphs?|pies?\s+chart|plot\s+of\b|histograms?)\b|pie\b|breakdown\s+(?:of|by)|trend\s+of)|"
    r"(?P<grid>(?:grid|table\s+view|list\s+view|grid\s+view|spreadsheet\s+view)s?)|(?P<form>(?:(?:public|online|web|intake|sign[- ]?up|registration|request|booking|application|submission|contact|feedback|order|check-?in|entry)\s+)?forms?\b))"
)
_LIST_VIEW = re.compile(
    r"^(?:and\s+)?(?:(?:i|we)\s+(?:want|need|would\s+like|wanna\s+see|also\s+want)\s+)?(?:to\s+see\s+)?(?:an?\s+|the\s+)?(?:list|view|overview|page)\s+(?:of|with|showing|for|that\s+shows)\b"
)
_GROUPED = re.compile(r"\b(?:grouped|sorted|filtered)\s+by\b")
_CHARTED = re.compile(r"\b(?:chart|graph|plot)\s+(?:it|them|the|that|by|of|for|\w+)\b")

WHEN = re.compile(
    r"^(?P<over>(?:over|above|below|under|more\s+than|less\s+than)\s+[€$£]?\d[\d,.]*k?\b.*)|(?:^|[\s,(;-])(?:when(?:ever)?|once|as\s+soon\s+as|every\s+time|each\s+time|any\s?time|the\s+moment|upon|if|after|on)\s+(?P<event>(?:(?:an?|the|any|some|someone|somebody|anyone|nobody|no\s+one|it|they|there|we|he|she|stock|new|one|each|every|all|my|our|status|[\w'-]+s?)\b).*)"
)
ACT = re.compile(
    r"\b(?:remind(?:s|ed|ers?)?|^flags?\s+\w+|highlights?\s+\w+\s+(?:that|expiring|due)|notif(?:y|ies|ied|ication)s?|alert(?:s|ed)?|nudge[sd]?|poke[sd]?|ping(?:s|ed)?|warn(?:s|ed)?|(?:auto)?-?e-?mail(?:s|ed|ing)?(?=\s+(?!address|field|addresses|and\s+phone|or\s+phone|,|$|\())|slack(?:s|ed)?\b|sms|"
    r"text(?:s|ed)?\s+(?:the|them|him|her|me|us|everyone|all|each|our|a|to)|send(?:s|ing)?\s+(?!date|time)|message\s+(?:the|them|me|us|to)|post(?:s|ed)?\s+(?:a|an|the|it|to|in|them|on)\b|tell(?:s)?\s+(?:me|us|the|them|everyone|whoever)|"
    r"let\s+(?!me\s+(?:describe|explain|know\s+if))(?:\w+\s+){1,5}?know|(?:gets?|get|receives?|wants?|needs?)\s+(?:an?\s+|the\s+)?(?:\w+\s+)?(?:e-?mail|text\s+message|notification|reminder|alert|message|sms|digest|summary|report)\b|"
    r"(?:creates?|adds?|opens?|makes?|generates?|starts?)\s+(?:a|an|the|one|new|follow)\b|(?:set|sets|update|updates|change|changes|mark|marks|move|moves|assign|assigns|flag|flags|close|closes|archive|archives|delete|deletes|cancel|cancels|escalate|escalates|approve|reorder)\s+(?:the|it|them|its|their|a|an|to|as|that|him|her|any|all|each|status|those|\w+\s+to|\w+\s+as)\b|"
    r"goes?\s+(?:up|down|to)\b|(?:is|are|gets?)\s+(?:reduced|increased|decreased|updated|moved|marked|set|assigned|flagged|created|notified|emailed|alerted|reminded|sent|closed|archived|deducted|subtracted)|call\s+(?:our|the|a)\s+(?:webhook|api|url)|webhook|confirmation\s+(?:e-?mail|mail|text|message)|"
    r"(?:e-?mail|mail|sms|slack)\s+(?:to|at)\b|by\s+(?:e-?mail|sms|slack|text|whatsapp)|via\s+(?:e-?mail|sms|slack)|digest\b|(?:in|on|to)\s+slack\b|decrement|increment|deduct|subtract|lower\s+the|reduce\s+the|increase\s+the)"
)
BEFORE = re.compile(
    r"\b(?P<n>\d{1,3}|an?|one|two|three|four|five|six|seven|ten|fourteen|thirty|sixty|ninety)\s+(?P<unit>days?|weeks?|months?|hours?|hrs?|business\s+days?|working\s+days?)\s+(?:\w+\s+){0,2}?(?P<side>before|prior\s+to|ahead\s+of|in\s+advance\s+of|after|past|following)\b\s*(?P<what>[^,.;]*)|"
    r"\b(?P<side2>the\s+day\s+before|the\s+morning\s+of|the\s+night\s+before|the\s+week\s+before|a\s+day\s+before|a\s+week\s+before|day\s+before)\b\s*(?P<what2>[^,.;]*)|"
    r"\b(?:expir\w*|due|ending|coming\s+up|running\s+out|lapsing|renewing)\s+(?:in|within)\s+(?:the\s+)?(?:next\s+)?(?P<n5>\d{1,3})\s+(?P<unit5>days|weeks|months)\b|"
    r"\b(?P<n4>\d{1,3}|an?|one|two|three)\s+(?P<unit4>days?|weeks?|months?)\s+(?:overdue|late)\b|"
    r"\b(?:when|if|once)\s+(?:an?\s+|the\s+|its\s+|their\s+)?(?P<what3>[\w ]{2,40}?)\s+(?:is|are|comes?|gets?)\s+(?:within|less\s+than|under)\s+(?P<n3>\d{1,3}|a|one|two)\s+(?P<unit3>days?|weeks?|months?)(?:\s+(?:away|of))?"
)
AI = re.compile(
    r"\b(?:a\.?i\.?|gpt|chatgpt|llm|artificial\s+intelligence|machine\s+learning|smart\s+assistant)\b|\b(?:summari[sz]e[sd]?|summari[sz]ing|summar(?:y|ies)\s+(?:of|generated|written)|auto-?\s?summar\w+|categori[sz]e[sd]?(?!\s+as\b)|auto-?\s?(?:categori[sz]e|classify|tag|label)\w*|classif(?:y|ies|ied)|"
    r"sentiment\s+analysis|(?:detects?|works?\s+out|guess(?:es)?|tags?|judges?)\s+(?:the\s+)?(?:sentiment|tone|mood|language|topic)|translat(?:es?|ed|ing)\s|draft(?:s|ed)?\s+(?:an?|the|me|us|up|replies|responses|emails?|answers?)|(?:write|writes|suggest|suggests|propose|proposes|generate|generates|come\s+up\s+with|make|makes|create|creates|design|produce)\s+(?:me\s+|us\s+)?(?:an?\s+|the\s+|some\s+|a\s+few\s+|\d+\s+)?(?:[\w-]+\s+){0,3}?(?:repl(?:y|ies)|responses?|answers?|banners?|images?|pictures?|illustrations?|captions?|blurbs?|product\s+descriptions?|descriptions?|posts?|subject\s+lines?|headlines?|copy|summary|summaries|poster|cover|logo|artwork|visuals?|thumbnails?|headline\s+ideas|taglines?|slogans?|social\s+posts?|newsletter\s+text|texts?\b(?!\s+message))|"
    r"extracts?\s+(?:the\s+)?\w+|pulls?\s+(?:out\s+)?(?:the\s+)?[\w, ]+\s+(?:from|out\s+of)\s+(?:the\s+)?(?:pdf|file|cv|resume|document|invoice|receipt|email|photo|scan|text))"
)
ROLE = re.compile(
    r"\bonly\s+(?:the\s+|our\s+|my\s+|an?\s+)?(?P<who>[\w\s/&,-]{2,50}?)\s+(?:can|may|should|are\s+allowed|is\s+allowed|get\s+to|gets\s+to|must)\b|"
    r"\b(?P<who2>[\w\s/&,-]{2,50}?)\s+(?:can|may|should|must)\s+(?:only|not|never|just)\s+(?:be\s+able\s+to\s+)?(?:see|view|edit|read|add|change|access|delete|approve|submit|fill|write|touch|update)|"
    r"\b(?P<who3>[\w\s/&,-]{2,50}?)\s+(?:can|may|should\s+be\s+able\s+to|are\s+able\s+to|is\s+able\s+to|need\s+to\s+be\s+able\s+to|are\s+allowed\s+to|is\s+allowed\s+to|get\s+to)\s+(?:also\s+)?(?:see|view|edit|read|add|change|access|delete|approve|submit|decline|reject|log\s+in|update|manage|do|assign|book|create|write|comment|everything)|"
    r"\b(?P<who4>[\w\s/&-]{2,40}?)\s+(?:log\s+in|logs\s+in|sign\s+in)\s+(?:and|to)\b|"
    r"\b(?P<who5>[\w\s/&-]{2,40}?)\s+(?:cannot|can't|can\s+not|mustn't|must\s+not|shouldn't|should\s+not|may\s+not|aren't\s+allowed|are\s+not\s+allowed)\s+(?:to\s+)?(?:see|view|edit|read|add|change|access|delete|approve|touch)|"
    r"\b(?P<who6>[\w\s/&-]{2,40}?)\s+(?:sees?|only\s+sees?|edits?)\s+(?:only\s+)?(?:their|his|her|its|everything|all)\s+(?:own\b|\w+\s+only\b)?|\bnobody\s+(?:else\s+)?(?:but|except|other\s+than)\s+(?:the\s+)?(?P<who7>[\w\s]{2,40}?)\s+(?:can|may|should)|"
    r"\b(?:hidden|invisible|not\s+visible|private)\s+(?:from|to)\s+(?P<who8>[\w\s]{2,30})"
)
COMPUTED = re.compile(
    r"\b(?:is|are)\s+(?:the\s+)?[\w ]{2,30}?\s*[+×*]\s*\w|"
    r"(?:\w\s*(?:=|\bequals\b)\s*\w)|\b(?:calculated?s?|computed?|computes|work(?:ed|s)?\s+(?:it\s+)?out|auto[- ]?calc\w*|sum(?:s|med)?\s+(?:of|up)|add(?:s|ed)?\s+up|totals?\s+up|roll(?:s|ed)?\s*-?\s*(?:that\s+)?up|multipl(?:y|ied|ies)|times\s+the|divided\s+by|minus\s+the|"
    r"(?:total|average|avg|sum|count|number|min|max|minimum|maximum|latest|remaining|places|seats|budget|stock|days|hours)\s+(?:[\w-]+\s+){0,4}?(?:per|for\s+each|of\s+each|on\s+each|by)\s+\w+|"
    r"(?:show|shows|display|displays|see)\s+(?:on|for|per|me\s+per|in)\s+(?:each|every|the|a)\s+\w+|(?:total|average|count)\s+(?:is|are|of|from)\s+(?:the\s+)?\w+|from\s+(?:the\s+)?lines)\b|[\w)]\s*[×*]\s*[\w(]|\b\w+\s+x\s+\w+\b(?=.*\b(?:total|value|cost|amount|price|rate|hours|qty|quantity|forecast|score|probability)\b)"
)
_CHAT = re.compile(
    r"^(?:hi|hello|hey|dear|good\s+(?:morning|afternoon|evening)|thanks?|thank\s+you|cheers|regards|best|sorry|please\s+and\s+thank\s+you|let\s+me\s+(?:describe|explain)|that'?s\s+(?:it|all)|nothing\s+fancy|hope\s+(?:this|that)|ok|okay|kind\s+regards|looking\s+forward|any\s+questions|as\s+simple\s+as|keep\s+it\s+simple|asap)\b[^:]{0,60}$"
)


INTENT_CHARACTERS_MAX = 1_500
"""What a clause is about shows in so much of it; the patterns take time with the square of a text without a full stop."""


def view_kind(text: str) -> str:
    """The view kind that a text names last before its `of` or `by`; empty when it names none."""
    best = ""
    for m in VIEW.finditer(text):
        kind = next((k for k, v in m.groupdict().items() if v), "")
        if best in ("", "grid", "form") or (kind in ("calendar", "timeline", "gallery", "dashboard") and best == "chart"):
            best = kind
        if best and best not in ("form", "grid", "dashboard"):
            break
    return best


def intents_of(clause: Clause) -> Intent:
    """The one thing that a clause is mostly about. Order matters: what happens by itself may well mention a view."""
    text = clause.text[:INTENT_CHARACTERS_MAX]
    if clause.row:
        return "schema"
    if _CHAT.match(text) and not re.search(r"[,:(]", text):
        return "smalltalk"
    if _automated(clause):
        return "automation"
    if (
        ROLE.search(text)
        and not re.match(r"(?:i|we|i'd|we'd|please)\b|[\w -]{3,30}?\s(?:has|have)\s[^.]*,", text)
        and not re.search(r"\b(?:can|could|may)\s+(?:you|i|we)\b", text)
    ):
        return "role"
    viewed = VIEW.search(text)
    if (
        viewed
        and clause.start == 0
        and re.match(
            r"(?:an?\s+|the\s+|simple\s+|basic\s+)*[\w-]+\s+(?:calendar|board|kanban|dashboard)\s+for\s+(?:our|my|the|an?)\b",
            text,
        )
        and not re.search(r"\b(?:by|of|with)\b", text)
    ):
        return "schema"
    if clause.section == "views" or (_LIST_VIEW.match(text) and not re.search(r"\(|:", text)):
        return "view"
    if viewed and (viewed["form"] is None or not _form_schema(text)) and not _defines(text):
        return "view"
    if _GROUPED.search(text) or (_CHARTED.search(text) and viewed):
        return "view"
    if _form_schema(text):
        return "schema"
    if AI.search(text) and not _defines(text):
        return "ai"
    if (
        (m := re.match(r"(?:an?\s+|the\s+|each\s+|every\s+)?(?P<n>[\w -]{3,30}?)\s*=\s", text))
        and tableish(noun_of(m["n"]))
        and "," in text
        and (lexicon.kind_of(m["n"])[1] < 1 or is_list_of_fields(text[m.end() :]))
    ):
        return "schema"
    if COMPUTED.search(text) and not _defines(text) and not re.match(r"[^:]{2,30}:\s*\w+,", text):
        return "computed"
    return "schema"


_ARITHMETIC = re.compile(
    r"[+*/×÷=]|\s[-–−x]\s|\b(?:times|plus|minus|less|divided|multiplied|sum|total\s+of|average|count\s+of|number\s+of|if|when)\b"
)


def is_list_of_fields(text: str) -> bool:
    """`date, start, end, location`: names of fields with commas between, and nothing to reckon."""
    if text.count(",") < 2 or _ARITHMETIC.search(text):
        return False
    names = [n.strip() for n in text.split(",") if n.strip()]
    known = [
        n
        for n in names
        if (n not in lexicon.hues() and lexicon.kind_of(n)[1] >= 0.7) or n.startswith(("how ", "who", "when", "where"))
    ]
    return len(known) * 3 >= len(names) * 2


def _defines(text: str) -> bool:
    """A list of fields under a name, which may well hold `calendar link` or `AI summary` as one of them."""
    return (bool(re.match(r"[^:,(]{2,40}(?::|\s[–-])\s", text)) and text.count(",") >= 2) or (
        bool(re.match(r"(?:each|every|an?)\s+[\w ]{2,30}?\s(?:has|have|needs?)\b", text)) and text.count(",") >= 2
    )


def _form_schema(text: str) -> bool:
    return bool(
        re.search(
            r"form\s*[(:–-]|forms?\s+(?:for|to)\s+[\w ]{3,30}\s*[:(–-]|fill\s+(?:in|out)\s+(?:an?|the|this)\s+(?:[\w-]+\s+)?form\b[^:,(]{0,40}[:(]|form\s+(?:where|with|that|asking|for\s+\w+\s+(?:with|to\s+\w+\s+\w+,))|fill\s+(?:in|out)\s+(?:an?|the)\s+[\w ]+\s*\(",
            text,
        )
    )


def _automated(clause: Clause) -> bool:
    text = clause.text
    acts = bool(ACT.search(text))
    timed = [s for s in schedules(text) if s.strong]
    if _form_schema(text) and not timed and not re.match(r"(?:when|if|once|as\s+soon)\b", text):
        return False
    if (
        not acts
        and timed
        and re.search(r"\b(?:lists?|reports?|summar(?:y|ies)|overview|digest|reminder|figures|numbers|totals)\b", text)
        and not _defines(text)
    ):
        return True
    if not acts:
        return bool(clause.section == "automations" and (schedules(text) or re.match(r"(?:when|if|once|every)\b", text)))
    if re.search(
        r"\b(?:remind|reminders?|notify|alert|nudge|poke|ping|warn|tell\s+(?:me|us)|let\s+(?:\w+\s+){1,5}?know)\b", text
    ) and not _defines(text):
        return True
    if any(s.strong for s in schedules(text)):
        return True
    when = WHEN.search(text)
    if when and not _defines(text):
        return not re.match(r"(?:we|i)\s+(?:need|want|track|keep|have)\b", text) or bool(
            re.search(r"\b(?:e-?mail|send|notif|slack|creat)", text)
        )
    if BEFORE.search(text):
        return True
    if re.match(
        r"(?:any|every|each|all|new|incoming)\s+(?:new\s+)?[\w -]{3,40}?\s(?:should|must|has\s+to|needs?\s+to|gets?|triggers?|goes)\b",
        text,
    ) and not _defines(text):
        return True
    if re.search(
        r"^(?:please\s+|and\s+|then\s+|also\s+)*(?:auto(?:matically)?\s+)?(?:send|e-?mail|mail|post|message|slack|text)\b", text
    ):
        return True
    return bool(
        re.search(
            r"\b(?:automatically|confirmation\s+(?:e-?mail|mail|text|message|sms)|(?:e-?mail|sms|slack|digest)\s+(?:goes|to|every|when)|via\s+(?:sms|slack)|by\s+(?:e-?mail|sms|slack)|webhook)\b",
            text,
        )
    ) and not _defines(text)
