"""How each kind of part follows when something that it points at is taken away."""
