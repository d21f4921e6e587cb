"""Where models come from: one file a kind of upstream; `kinds.py` lists them."""
