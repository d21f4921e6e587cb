"""Makes `team/signin/common.bin` from the lists of the package zxcvbn: `python script/common_passwords.py FOLDER_WITH_ZXCVBN`.

The first bytes of SHA-256 of each, so that no list of passwords lies about; lower case, and only what is long enough to be chosen at all.
"""

import sys
from hashlib import sha256
from importlib import import_module
from pathlib import Path

BYTES = 5
LISTS = ("passwords", "english_wikipedia")
LENGTH_MIN = 8
INTO = Path(__file__).parents[1] / "src/sayso/team/signin/common.bin"


def main(folder: str) -> None:
    sys.path.insert(0, folder)
    lists = import_module("zxcvbn.frequency_lists").FREQUENCY_LISTS
    words = {word.lower() for name in LISTS for word in lists[name] if len(word) >= LENGTH_MIN}
    INTO.write_bytes(b"".join(sorted({sha256(word.encode()).digest()[:BYTES] for word in words})))
    sys.stdout.write(f"{len(words)} passwords, {INTO.stat().st_size} bytes\n")


main(sys.argv[1])
