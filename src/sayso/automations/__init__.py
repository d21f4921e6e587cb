"""What happens by itself: triggers begin runs, runs do steps, and everything is kept so that a crash loses nothing.

runs/       a run and its history: begun, read, cancelled, retried, swept
work/       who works runs off: claims, checkpoints, waits
steps/      one file a kind of step
names/      names in braces
"""
