"""What a trial asks: past work, rows as they are now, or cases written by hand; always the same for every contender."""
