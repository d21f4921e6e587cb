"""Singular and plural of English nouns: small, predictable, enough for names of tables and fields."""

from functools import cache, lru_cache

IRREGULAR = {
    "person": "people", "child": "children", "man": "men", "woman": "women", "foot": "feet", "tooth": "teeth", "goose": "geese",
    "mouse": "mice", "leaf": "leaves", "life": "lives", "knife": "knives", "shelf": "shelves", "wolf": "wolves", "half": "halves",
    "loaf": "loaves", "calf": "calves", "thief": "thieves", "analysis": "analyses", "crisis": "crises", "basis": "bases",
    "diagnosis": "diagnoses", "hypothesis": "hypotheses", "thesis": "theses", "criterion": "criteria", "medium": "media",
    "datum": "data", "index": "indexes", "axis": "axes", "quiz": "quizzes", "bus": "buses", "gas": "gases", "ox": "oxen",
    "alumnus": "alumni", "curriculum": "curricula", "syllabus": "syllabuses", "status": "statuses", "campus": "campuses",
    "bonus": "bonuses", "virus": "viruses", "census": "censuses", "potato": "potatoes", "tomato": "tomatoes", "hero": "heroes",
    "echo": "echoes", "cargo": "cargoes", "process": "processes", "lens": "lenses", "canvas": "canvases", "atlas": "atlases",
    "passerby": "passersby", "foal": "foals", "staff": "staff", "movie": "movies", "cookie": "cookies", "pie": "pies", "tie": "ties",
    "selfie": "selfies", "smoothie": "smoothies", "rookie": "rookies", "calorie": "calories", "genie": "genies", "cache": "caches",
    "axe": "axes", "house": "houses", "horse": "horses", "course": "courses", "nurse": "nurses", "case": "cases", "base": "bases",
    "purchase": "purchases", "expense": "expenses", "license": "licenses", "licence": "licences", "release": "releases",
    "lease": "leases", "response": "responses", "warehouse": "warehouses", "exercise": "exercises", "franchise": "franchises",
    "phase": "phases", "database": "databases", "excuse": "excuses", "purpose": "purposes", "promise": "promises", "dose": "doses",
    "size": "sizes", "prize": "prizes", "invoice": "invoices", "service": "services", "device": "devices", "hive": "hives",
    "enterprise": "enterprises", "showcase": "showcases", "vase": "vases", "hose": "hoses", "nose": "noses", "rose": "roses",
    "menu": "menus", "ski": "skis", "taxi": "taxis", "guru": "gurus", "kiwi": "kiwis", "rfi": "rfis", "api": "apis", "sku": "skus", "kpi": "kpis",
    "gpu": "gpus", "cpu": "cpus", "emu": "emus", "bikini": "bikinis",
}  # fmt: skip
UNCOUNTED = frozenset(
    "staff equipment stock inventory furniture software hardware data feedback information news series species merchandise merch"
    " music art clothing food research content media homework housework livestock poultry cattle sheep fish deer aircraft"
    " luggage baggage money cash crew personnel evidence knowledge machinery attendance payroll backlog faculty maintenance"
    " training swot laundry linen recycling waste traffic weather catering housekeeping".split()
)
_SINGULAR = {plural: one for one, plural in IRREGULAR.items()}
_NOT_PLURAL = frozenset(
    "is was has does this its us as plus bus gas yes news series species always previous various address business class process"
    " access success progress pass glass boss loss mass press dress stress wireless express cross chess fitness wellness illness"
    " witness harness analysis basis diagnosis thesis hypothesis crisis status campus bonus virus census focus radius corpus lens"
    " canvas atlas tennis sales goods premises sms gps cms pos saas os ios logistics economics physics mathematics athletics"
    " analytics less unless across towards afterwards whereas swiss paris texas christmas apparatus surplus consensus bias iris"
    " pancreas alias pus bus thus genus fungus cactus chassis metropolis hours hrs mins details comments".split()
)


@cache
def singular(word: str) -> str:
    """`categories` gives `category`; what is not a plural stays as it is. Lower case in, lower case out."""
    if word in _SINGULAR:
        return _SINGULAR[word]
    if word in ("hours", "hrs", "mins", "details", "comments", "sales"):
        return {"hours": "hour", "hrs": "hour", "mins": "minute", "details": "detail", "comments": "comment", "sales": "sale"}[
            word
        ]
    if len(word) < 4 or not word.endswith("s") or word in _NOT_PLURAL or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    return word[:-1]


@cache
def plural(word: str) -> str:
    """`category` gives `categories`; a plural or an uncounted noun stays as it is."""
    if word in UNCOUNTED or is_plural(word):
        return word
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word.endswith("y") and len(word) > 1 and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    return word + "s"


@cache
def is_plural(word: str) -> bool:
    """Whether the word has the form of a plural (`tasks`, `people`); uncounted nouns do not."""
    return (word in _SINGULAR and _SINGULAR[word] != word) or singular(word) != word


@lru_cache(maxsize=20_000)
def lemma(phrase: str) -> str:
    """The phrase in lower case with its last word in the singular: `Work orders` gives `work order`."""
    words = phrase.lower().split()
    return " ".join([*words[:-1], singular(words[-1])]) if words else ""


def plural_phrase(phrase: str) -> str:
    """`work order` gives `work orders`; `member of staff` gives `members of staff`."""
    words = phrase.split()
    at = next((i - 1 for i, w in enumerate(words) if w in ("of", "for", "in") and i), len(words) - 1)
    if at >= 0 and words:
        words[at] = plural(words[at].lower()) if words[at].islower() else plural(words[at].lower()).capitalize()
    return " ".join(words)
