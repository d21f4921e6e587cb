"""Models on this machine: GGUF files that the owner brought, run in this process by llama.cpp (the extra `[local]`, package xllamacpp).

gguf.py      what a file says of itself, read before anything runs it
shelf.py     the files of a home, with where they came from and their digest
pulling.py   bringing one here: from a path, or from an address through the egress door
trying.py    loading one in a process of its own, so that a broken file breaks nothing else
engine.py    llama.cpp with a file in it
model.py     such a file as the gateway calls it: `local/NAME`
"""
