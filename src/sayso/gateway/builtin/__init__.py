"""The models that need no key and no server.

embedding.py   meanings as vectors: all-MiniLM-L6-v2, computed by NumPy
encoder.py     its forward pass, layer by layer
wordpiece.py   its words
weights.py     its file: where it lies, whether it is there, how it is read
fetching.py    how it comes here
"""
