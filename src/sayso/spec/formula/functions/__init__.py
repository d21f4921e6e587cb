"""Every function by name. Names are those that Airtable and Excel users know."""

from sayso.spec.formula.function import Function
from sayso.spec.formula.functions import dates, logic, many, numbers, texts

FUNCTIONS: dict[str, Function] = {f.name: f for family in (logic, numbers, many, texts, dates) for f in family.FUNCTIONS}
ALIASES = {
    "AVG": "AVERAGE", "MEAN": "AVERAGE", "CONCAT": "CONCATENATE", "COUNTA": "COUNT", "COUNTALL": "COUNT", "LENGTH": "LEN",
    "SUBSTRING": "MID", "JOIN": "ARRAYJOIN", "TEXTJOIN": "ARRAYJOIN", "DATEDIF": "DATETIME_DIFF", "DATE_DIFF": "DATETIME_DIFF",
    "DATE_ADD": "DATEADD", "TEXT": "DATETIME_FORMAT", "ISOWEEKNUM": "WEEKNUM", "POW": "POWER", "ISEMPTY": "ISBLANK",
    "MINIMUM": "MIN", "MAXIMUM": "MAX", "STARTS_WITH": "STARTSWITH", "ENDS_WITH": "ENDSWITH",
}  # fmt: skip
