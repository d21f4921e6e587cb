"""Names of models, as they are written in many places, brought to one.

`o4-mini`, `O4 mini`, `openai/o4-mini`, `azure/o4-mini` and `o4_mini` mean the same; `us.anthropic.claude-sonnet-4-5-20250929-v1:0`
is a dated snapshot of `claude-sonnet-4-5`.
"""

import re

SNAPSHOT = re.compile(r"[-@](20\d\d-\d\d-\d\d|20\d{6}|\d\d-20\d\d|[012]\d\d\d)$")
"""`-2025-04-16`, `-20250929`, `-03-2025` (Cohere), `-2512` (Mistral), `-0613`."""
POINT = re.compile(r"(?<=\d)p(?=\d)")
SPELLED = re.compile(r"^meta-(?=llama)|(?<=-)v(?=\d)")
"""Fireworks writes `llama-v3p1` and Meta `meta-llama-3.1` for `llama-3.1`."""
REGION = re.compile(
    r"^(?:us|eu|apac|au|jp|ap|ca|sa|me|af|uk|in|us-gov|global)[./]|^(?:us|eu|ap|ca|sa|me|af|il|mx)-[a-z]+-\d/|^global-standard/|^regional/"
)
VENDOR = re.compile(
    r"^(?:anthropic|meta|mistral|amazon|cohere|ai21|deepseek|qwen|openai|google|moonshotai|moonshot|minimax|zai|nvidia|stability|writer|twelvelabs|xai)\."
)
END = re.compile(r"(?:-v?\d+)?:\d+k?(?::\d+k?)?$|-maas$|-v1$|@default$|:free$|:extended$|-turbo-free$")
OTHER = re.compile(r"[^a-z0-9]+")


def last(name: str) -> str:
    """`accounts/fireworks/models/glm-5` as `glm-5`, `us.anthropic.claude-opus-5-5-v1:0` as `claude-opus-5-5`."""
    text = name.lower().strip()
    while (shorter := REGION.sub("", text)) != text:
        text = shorter
    text = VENDOR.sub("", text.rsplit("/", 1)[-1])
    text = VENDOR.sub("", REGION.sub("", text))
    return END.sub("", text)


def base(name: str) -> tuple[str, str | None]:
    """A name without its date, and the date: `gpt-5-mini-2025-08-07` is (`gpt-5-mini`, `2025-08-07`)."""
    found = SNAPSHOT.search(name)
    return (name[: found.start()], found[1]) if found and found.start() > 0 else (name, None)


def key(name: str) -> str:
    """What a name is looked up by: `Claude Sonnet 4.5`, `claude-sonnet-4-5` and `claude_sonnet_4.5` have the same."""
    return OTHER.sub("", SPELLED.sub("", POINT.sub(".", last(name))))


def vendor(name: str) -> str | None:
    """The maker that a host's name spells out: `meta-llama/llama-3.3-70b` says `meta-llama`."""
    text = REGION.sub("", name.lower())
    if found := VENDOR.match(text):
        return found[0][:-1]
    parts = text.split("/")
    return parts[-2] if len(parts) > 1 else None


def slug(name: str) -> str:
    """A name as a page's address has it."""
    return re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9.\-_]+", "-", name.lower())).strip("-.")
