"""What a model is called when nobody of our sources says it well: `gpt-5.4-mini` is "GPT-5.4 mini", `claude-opus-5-5` "Claude Opus 5.5"."""

import re

CAPITALS = {
    "gpt": "GPT", "chatgpt": "ChatGPT", "tts": "TTS", "ocr": "OCR", "glm": "GLM", "vl": "VL", "oss": "OSS", "hd": "HD", "ai": "AI", "qwq": "QwQ",
    "minimax": "MiniMax", "deepseek": "DeepSeek", "codellama": "Code Llama", "pplx": "PPLX", "flux": "FLUX", "xl": "XL", "api": "API", "er": "ER",
    "it": "IT", "cli": "CLI", "fim": "FIM", "learnlm": "LearnLM", "c4ai": "C4AI", "sd3": "SD3", "nvidia": "NVIDIA",
}  # fmt: skip
PLAIN = frozenset(
    "mini nano pro turbo preview chat latest codex instruct search audio realtime transcribe diarize vision image".split()
)
"""Small words after a version of GPT: "GPT-5 mini", but "GPT-6 Sol"."""
SIZE = re.compile(r"^(?:\d+x)?\d+(?:\.\d+)?[bmtk]$|^[aer]\d+b$")
DAY = re.compile(r"\b(20\d\d) (\d\d) (\d\d)\b")
MONTH = re.compile(r"\b(\d\d) (20\d\d)\b")


def name_of(id: str) -> str:
    words = _joined(re.split("[-_]", id))
    if words[0] == "gpt" and len(words) > 1 and re.match(r"\d", words[1]):
        name = " ".join([f"GPT-{words[1]}", *(word if word in PLAIN else _word(word) for word in words[2:])])
    elif re.fullmatch(r"o\d", words[0]):
        return "-".join(words)
    else:
        name = " ".join(_word(word) for word in words)
    return MONTH.sub(r"\1/\2", DAY.sub(r"(\1-\2-\3)", name))


def _joined(words: list[str]) -> list[str]:
    """`opus-5-5` is version 5.5; a date stays a date."""
    joined: list[str] = []
    for word in words:
        if joined and word.isdigit() and len(word) == 1 and re.fullmatch(r"\d", joined[-1]):
            joined[-1] += f".{word}"
        else:
            joined.append(word)
    return joined


def _word(word: str) -> str:
    if word in CAPITALS:
        return CAPITALS[word]
    if SIZE.match(word):
        return word.upper().replace("X", "x")
    if found := re.match(r"^([a-z]+)(\d.*)$", word):
        return CAPITALS.get(found[1], found[1].capitalize()) + found[2]
    return word.capitalize()
