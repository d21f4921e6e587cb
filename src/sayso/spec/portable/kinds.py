"""Other words for our kinds, as people, spreadsheets and databases say them."""

from difflib import get_close_matches

FIELD_KINDS: tuple[str, ...] = (
    "text", "long_text", "number", "money", "percent", "date", "datetime", "duration", "checkbox", "select", "multi_select",
    "rating", "email", "phone", "url", "person", "link", "lookup", "rollup", "formula", "file", "image", "autonumber",
    "created_at", "created_by", "updated_at", "updated_by", "ai",
)  # fmt: skip
VIEW_KINDS: tuple[str, ...] = ("grid", "board", "calendar", "gallery", "timeline", "chart", "form", "dashboard")

_FIELD_WORDS = {
    "text": "string str varchar char line single_line single_line_text short_text name title word words",
    "long_text": "longtext textarea multiline multi_line_text markdown notes note rich_text richtext paragraph memo",
    "number": "integer int bigint float double decimal numeric real count quantity numbers",
    "money": "currency amount price cost cash",
    "percent": "percentage share pct",
    "date": "day",
    "datetime": "timestamp date_time time moment timestamptz",
    "duration": "timespan interval hours minutes length_of_time",
    "checkbox": "bool boolean yes_no yesno toggle tick flag",
    "select": "single_select singleselect choice enum dropdown status option stage category",
    "multi_select": "multiselect multiple_select tags tag labels choices options multi_choice",
    "rating": "stars star score",
    "email": "mail e_mail email_address",
    "phone": "telephone tel mobile phone_number",
    "url": "website web link_url uri web_address hyperlink",
    "person": "user member people assignee collaborator owner people_list users",
    "link": "relation relationship reference linked foreign_key fk link_to linked_record belongs_to has_many",
    "formula": "computed calculated calculation",
    "file": "attachment attachments files upload document documents",
    "image": "photo picture images photos pictures",
    "autonumber": "auto_number serial id running_number counter autoincrement",
    "created_at": "created created_time created_on",
    "updated_at": "updated modified last_modified updated_time modified_at",
    "created_by": "creator author",
    "updated_by": "modified_by last_modified_by editor",
    "ai": "ai_field ai_text prompt",
}
_VIEW_WORDS = {
    "grid": "table list sheet spreadsheet",
    "board": "kanban columns pipeline",
    "calendar": "month agenda",
    "gallery": "cards card",
    "timeline": "gantt roadmap schedule",
    "chart": "graph plot",
    "form": "survey intake",
    "dashboard": "overview report",
}


def _folded(word: object) -> str:
    return "_".join(str(word).strip().lower().replace("-", " ").replace("_", " ").split())


def _index(kinds: tuple[str, ...], words: dict[str, str]) -> dict[str, str]:
    return {other: kind for kind, others in words.items() for other in others.split() if other not in kinds}


_FIELDS, _VIEWS = _index(FIELD_KINDS, _FIELD_WORDS), _index(VIEW_KINDS, _VIEW_WORDS)


def field_kind(word: object) -> str:
    """`varchar` is text, `Tags` multi_select; a word nobody knows stays as it is."""
    folded = _folded(word)
    return folded if folded in FIELD_KINDS else _FIELDS.get(folded, str(word))


def view_kind(word: object) -> str:
    """`kanban` is a board."""
    folded = _folded(word)
    return folded if folded in VIEW_KINDS else _VIEWS.get(folded, str(word))


def near(word: object, known: tuple[str, ...]) -> str | None:
    """The known word that was probably meant."""
    return next(iter(get_close_matches(_folded(word), known, 1, 0.5)), None)
