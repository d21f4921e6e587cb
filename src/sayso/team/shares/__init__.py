"""What is let out: a share is a principal of its own, with a list of what it may do, and no role."""
