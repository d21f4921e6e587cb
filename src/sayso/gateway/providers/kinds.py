"""The kinds of upstream, as a table. A new kind is a line here, and a file beside it when it does not speak OpenAI's language."""

from dataclasses import dataclass
from typing import Any

from sayso.gateway.providers.anthropic import Anthropic
from sayso.gateway.providers.azure import Azure
from sayso.gateway.providers.bedrock import Bedrock
from sayso.gateway.providers.gemini import Gemini
from sayso.gateway.providers.openai import OpenAI
from sayso.gateway.providers.provider import Adapter


@dataclass(frozen=True, slots=True)
class Kind:
    """`base_url` is where it is unless said otherwise. `local` ones run on the operator's own machines: they cost nothing.

    `settings` names what its providers can be told beside the address and the key, with an example each.
    """

    title: str
    adapter: type[Any]
    base_url: str = ""
    needs_key: bool = True
    local: bool = False
    settings: tuple[tuple[str, str], ...] = ()


KINDS: dict[str, Kind] = {
    "openai": Kind("OpenAI", OpenAI, "https://api.openai.com/v1", settings=(("organization", "org-…"), ("project", "proj_…"))),
    "azure": Kind("Azure OpenAI", Azure, settings=(("api_version", "2025-04-01-preview"), ("entra", "true"))),
    "anthropic": Kind(
        "Anthropic", Anthropic, "https://api.anthropic.com/v1", settings=(("betas", "[…]"), ("thinking", "adaptive or budget"))
    ),
    "gemini": Kind("Google Gemini", Gemini, "https://generativelanguage.googleapis.com/v1beta", settings=(("safety", "[…]"),)),
    "bedrock": Kind(
        "Amazon Bedrock",
        Bedrock,
        "https://bedrock-runtime.us-east-1.amazonaws.com",
        settings=(("region", "us-east-1"), ("extra", "{…}")),
    ),
    "cohere": Kind("Cohere", OpenAI, "https://api.cohere.ai/compatibility/v1"),
    "mistral": Kind("Mistral", OpenAI, "https://api.mistral.ai/v1"),
    "groq": Kind("Groq", OpenAI, "https://api.groq.com/openai/v1"),
    "together": Kind("Together", OpenAI, "https://api.together.xyz/v1"),
    "fireworks": Kind("Fireworks", OpenAI, "https://api.fireworks.ai/inference/v1"),
    "deepseek": Kind("DeepSeek", OpenAI, "https://api.deepseek.com/v1"),
    "xai": Kind("xAI", OpenAI, "https://api.x.ai/v1"),
    "openrouter": Kind("OpenRouter", OpenAI, "https://openrouter.ai/api/v1"),
    "ollama": Kind("Ollama", OpenAI, "http://127.0.0.1:11434/v1", needs_key=False, local=True),
    "vllm": Kind("vLLM", OpenAI, "http://127.0.0.1:8000/v1", needs_key=False, local=True),
    "lmstudio": Kind("LM Studio", OpenAI, "http://127.0.0.1:1234/v1", needs_key=False, local=True),
    "llamacpp": Kind("llama.cpp server", OpenAI, "http://127.0.0.1:8080/v1", needs_key=False, local=True),
    "localai": Kind("LocalAI", OpenAI, "http://127.0.0.1:8080/v1", needs_key=False, local=True),
    "compatible": Kind("Another OpenAI-compatible address", OpenAI, needs_key=False),
}

_: tuple[type[Adapter], ...] = (
    OpenAI,
    Azure,
    Anthropic,
    Gemini,
    Bedrock,
)  # the type checker holds every adapter against the protocol
