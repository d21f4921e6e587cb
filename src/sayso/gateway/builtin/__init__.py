"""The models that need no key and no server.

models.py      the three of them as the gateway calls them: sayso/reader, sayso/embed, sayso/canvas
embeddings.py  `sayso/embed`: meanings over /v1
reader/        `sayso/reader`: chooses, extracts, sums up, and does not write
canvas/        `sayso/canvas`: draws and edits pictures
embedding.py   meanings as vectors: all-MiniLM-L6-v2, computed by NumPy
encoder.py     its forward pass, layer by layer
wordpiece.py   its words
weights.py     its file: where it lies, whether it is there, how it is read
fetching.py    how it comes here
"""
