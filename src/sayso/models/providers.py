"""Who makes models, and who serves those of others.

`litellm` and `genai` are the names that the two price tables use for them. A maker's own price is a model's price; a host's is
one more offer of it. The order of hosts is the order in which they stand in for a maker who sells no access himself.
"""

from typing import NamedTuple


class Provider(NamedTuple):
    id: str
    name: str
    litellm: tuple[str, ...]
    genai: str | None
    url: str
    """The page with the prices."""
    status_url: str = ""
    """The page that tells what is shut down when."""


MAKERS = (
    Provider(
        "openai",
        "OpenAI",
        ("openai", "text-completion-openai"),
        "openai",
        "https://developers.openai.com/api/docs/pricing",
        "https://developers.openai.com/api/docs/deprecations",
    ),
    Provider(
        "anthropic",
        "Anthropic",
        ("anthropic",),
        "anthropic",
        "https://platform.claude.com/docs/en/about-claude/pricing",
        "https://platform.claude.com/docs/en/about-claude/model-deprecations",
    ),
    Provider(
        "google",
        "Google",
        ("gemini",),
        "google",
        "https://ai.google.dev/gemini-api/docs/pricing",
        "https://ai.google.dev/gemini-api/docs/deprecations",
    ),
    Provider("mistral", "Mistral AI", ("mistral", "codestral"), "mistral", "https://mistral.ai/pricing/api"),
    Provider("xai", "xAI", ("xai",), "x-ai", "https://docs.x.ai/docs/models"),
    Provider("deepseek", "DeepSeek", ("deepseek",), "deepseek", "https://api-docs.deepseek.com/quick_start/pricing"),
    Provider("cohere", "Cohere", ("cohere", "cohere_chat"), "cohere", "https://cohere.com/pricing"),
    Provider("meta", "Meta", ("meta", "meta_llama"), "meta", "https://dev.meta.ai/docs/pricing-rate-limits"),
    Provider("amazon", "Amazon", ("amazon_nova",), None, "https://aws.amazon.com/bedrock/pricing/"),
    Provider("alibaba", "Alibaba", ("dashscope",), None, "https://www.alibabacloud.com/help/en/model-studio/models"),
    Provider("moonshot", "Moonshot AI", ("moonshot",), "moonshotai", "https://platform.kimi.ai/docs/models.md"),
    Provider("zai", "Z.ai", ("zai",), "zai", "https://docs.z.ai/guides/overview/pricing"),
    Provider("minimax", "MiniMax", ("minimax",), "minimax", "https://platform.minimax.io/docs/pricing/overview"),
    Provider(
        "perplexity", "Perplexity", ("perplexity",), "perplexity", "https://docs.perplexity.ai/docs/getting-started/pricing"
    ),
    Provider("voyage", "Voyage AI", ("voyage",), "voyageai", "https://docs.voyageai.com/docs/pricing"),
    Provider("nvidia", "NVIDIA", ("nvidia_nim",), None, "https://build.nvidia.com/models"),
    Provider("ai21", "AI21 Labs", ("ai21",), None, "https://www.ai21.com/pricing"),
    Provider("inception", "Inception", ("inception",), None, "https://docs.inceptionlabs.ai/get-started/models"),
    Provider("black-forest-labs", "Black Forest Labs", ("black_forest_labs",), None, "https://bfl.ai/pricing"),
    Provider("stability", "Stability AI", ("stability",), None, "https://platform.stability.ai/pricing"),
    Provider("recraft", "Recraft", ("recraft",), None, "https://www.recraft.ai/docs/api-reference/pricing"),
    Provider("runway", "Runway", ("runwayml",), None, "https://docs.dev.runwayml.com/guides/pricing"),
    Provider("elevenlabs", "ElevenLabs", ("elevenlabs",), "elevenlabs", "https://elevenlabs.io/pricing/api"),
    Provider("deepgram", "Deepgram", ("deepgram",), None, "https://deepgram.com/pricing"),
    Provider("assemblyai", "AssemblyAI", ("assemblyai",), None, "https://www.assemblyai.com/pricing"),
)

HOSTS = (
    Provider("groq", "Groq", ("groq",), "groq", "https://groq.com/pricing"),
    Provider("together", "Together AI", ("together_ai",), "together", "https://www.together.ai/pricing"),
    Provider(
        "fireworks",
        "Fireworks AI",
        ("fireworks_ai", "fireworks_ai-embedding-models"),
        "fireworks",
        "https://fireworks.ai/pricing",
    ),
    Provider("bedrock", "Amazon Bedrock", ("bedrock", "bedrock_converse"), "aws", "https://aws.amazon.com/bedrock/pricing/"),
    Provider(
        "azure",
        "Azure OpenAI",
        ("azure",),
        "azure",
        "https://azure.microsoft.com/en-us/pricing/details/cognitive-services/openai-service/",
    ),
    Provider(
        "azure-ai",
        "Azure AI Foundry",
        ("azure_ai",),
        None,
        "https://azure.microsoft.com/en-us/pricing/details/ai-foundry-models/",
    ),
    Provider(
        "vertex",
        "Google Vertex AI",
        (
            "vertex_ai",
            "vertex_ai-language-models",
            "vertex_ai-anthropic_models",
            "vertex_ai-mistral_models",
            "vertex_ai-llama_models",
            "vertex_ai-deepseek_models",
            "vertex_ai-qwen_models",
            "vertex_ai-embedding-models",
            "vertex_ai-image-models",
            "vertex_ai-openai_models",
            "vertex_ai-ai21_models",
            "vertex_ai-zai_models",
            "vertex_ai-moonshot_models",
            "vertex_ai-minimax_models",
        ),
        None,
        "https://cloud.google.com/vertex-ai/generative-ai/pricing",
    ),
    Provider("openrouter", "OpenRouter", ("openrouter",), "openrouter", "https://openrouter.ai/models"),
    Provider("cerebras", "Cerebras", ("cerebras",), "cerebras", "https://www.cerebras.ai/pricing"),
    Provider("deepinfra", "DeepInfra", ("deepinfra",), None, "https://deepinfra.com/pricing"),
    Provider("sambanova", "SambaNova", ("sambanova",), None, "https://cloud.sambanova.ai/plans/pricing"),
    Provider("nebius", "Nebius", ("nebius",), None, "https://nebius.com/prices-ai-studio"),
    Provider("novita", "Novita AI", ("novita",), "novita", "https://novita.ai/pricing"),
    Provider(
        "cloudflare",
        "Cloudflare Workers AI",
        ("cloudflare",),
        "cloudflare",
        "https://developers.cloudflare.com/workers-ai/platform/pricing/",
    ),
    Provider("fal", "fal", ("fal_ai",), None, "https://fal.ai/pricing"),
    Provider("replicate", "Replicate", ("replicate",), None, "https://replicate.com/pricing"),
)

PROVIDERS = {provider.id: provider for provider in (*MAKERS, *HOSTS)}
MAKER_IDS = frozenset(provider.id for provider in MAKERS)
BY_LITELLM = {name: provider for provider in PROVIDERS.values() for name in provider.litellm}
HOST_ORDER = {provider.id: position for position, provider in enumerate((*HOSTS, *MAKERS))}

MAKERS_BY_PREFIX = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "google",
    "mistralai": "mistral",
    "mistral": "mistral",
    "x-ai": "xai",
    "xai": "xai",
    "deepseek-ai": "deepseek",
    "deepseek": "deepseek",
    "cohere": "cohere",
    "meta-llama": "meta",
    "meta": "meta",
    "amazon": "amazon",
    "qwen": "alibaba",
    "alibaba": "alibaba",
    "moonshotai": "moonshot",
    "moonshot": "moonshot",
    "zai-org": "zai",
    "z-ai": "zai",
    "zai": "zai",
    "thudm": "zai",
    "minimaxai": "minimax",
    "minimax": "minimax",
    "perplexity": "perplexity",
    "nvidia": "nvidia",
    "ai21": "ai21",
    "black-forest-labs": "black-forest-labs",
    "stability": "stability",
    "stabilityai": "stability",
}
"""How hosts write the maker into a model's name: `meta-llama/llama-3.3-70b-instruct`, `anthropic.claude-…`."""
MAKERS_BY_START = {
    "gpt-": "openai",
    "o1": "openai",
    "o3": "openai",
    "o4": "openai",
    "whisper": "openai",
    "claude": "anthropic",
    "gemini": "google",
    "gemma": "google",
    "mistral": "mistral",
    "mixtral": "mistral",
    "grok": "xai",
    "deepseek": "deepseek",
    "command-": "cohere",
    "llama": "meta",
    "meta-llama": "meta",
    "nova-": "amazon",
    "titan": "amazon",
    "qwen": "alibaba",
    "qwq": "alibaba",
    "kimi": "moonshot",
    "glm": "zai",
    "minimax": "minimax",
    "zai-": "zai",
    "codellama": "meta",
    "muse-": "meta",
    "codestral": "mistral",
    "devstral": "mistral",
    "ministral": "mistral",
    "magistral": "mistral",
    "pixtral": "mistral",
    "voxtral": "mistral",
    "nemotron": "nvidia",
    "r1-1776": "perplexity",
    "flux": "black-forest-labs",
    "stable-": "stability",
    "jamba": "ai21",
}
