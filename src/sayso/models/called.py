"""What a model is called when nobody of our sources says it well: `gpt-5.4-mini` is "GPT-5.4 mini", `claude-opus-5-5` "Claude Opus 5.5"."""

import re

CAPITALS = {
    "gpt": "GPT", "tts": "TTS", "ocr": "OCR", "glm": "GLM", "vl": "VL", "oss": "OSS", "hd": "HD", "ai": "AI", "qwq": "QwQ", "minimax": "MiniMax",
    "deepseek": "DeepSeek", "codellama": "Code Llama", "aya": "Aya", "pplx": "PPLX", "vl2": "VL2", "flux": "FLUX", "xl": "XL", "api": "API",
    "moonshot": "Moonshot", "kimi": "Kimi", "r1": "R1", "er": "ER",
}  # fmt: skip
SMALL = re.compile(r"^(?:o\d|\d+k|\d+(?:\.\d+)?[bmt]|a\d+b|v\d+(?:\.\d+)?)$")


def name_of(id: str) -> str:
    words = _joined(re.split("[-_]", id))
    if words[0] == "gpt" and len(words) > 1 and re.match(r"\d", words[1]):
        return " ".join([f"GPT-{words[1]}", *words[2:]])
    if re.fullmatch(r"o\d", words[0]):
        return "-".join(words)
    return " ".join(_word(word) for word in words)


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
    if found := re.match(r"^([a-z]+)(\d.*)$", word):
        return CAPITALS.get(found[1], found[1].capitalize()) + found[2]
    if SMALL.match(word):
        return word.upper() if word[0].isdigit() else word
    return word.capitalize()
