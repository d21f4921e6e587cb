"""How a model is called through the gateway: one call with curl, and the same in Python."""

import json
from dataclasses import dataclass

from sayso.models.model import Model

KEY = "$SAYSO_KEY"


@dataclass(frozen=True, slots=True)
class Snippets:
    model: str
    """The name that the gateway takes: `openai/gpt-image-1`."""
    curl: str
    python: str


def snippets(model: Model, url: str) -> Snippets | None:
    """`None` for kinds that the gateway has no address for."""
    name = f"{model.maker}/{model.id}"
    found = CALLS.get(model.type)
    if found is None:
        return None
    path, body, call, shown = found
    fields = {"model": name} | body
    arguments = ", ".join(f"{key}={json.dumps(value)}" for key, value in fields.items())
    return Snippets(
        name,
        f"curl {url}/v1/{path} \\\n  -H \"Authorization: Bearer {KEY}\" \\\n  -H 'Content-Type: application/json' \\\n"
        f"  -d '{json.dumps(fields)}'",
        f'import os\n\nfrom openai import OpenAI\n\nclient = OpenAI(base_url="{url}/v1", api_key=os.environ["SAYSO_KEY"])\n'
        f"answer = client.{call}({arguments})\n{shown}",
    )


CALLS = {
    "text": (
        "chat/completions",
        {"messages": [{"role": "user", "content": "Sum up this week in three lines."}]},
        "chat.completions.create",
        "print(answer.choices[0].message.content)",
    ),
    "image": ("images/generations", {"prompt": "A harbour at dawn"}, "images.generate", "print(answer.data[0].b64_json[:40])"),
    "embedding": ("embeddings", {"input": "A harbour at dawn"}, "embeddings.create", "print(len(answer.data[0].embedding))"),
    "moderation": ("moderations", {"input": "Some words"}, "moderations.create", "print(answer.results[0].flagged)"),
    "speech": (
        "audio/speech",
        {"input": "Good morning.", "voice": "alloy"},
        "audio.speech.create",
        'answer.write_to_file("morning.mp3")',
    ),
}
