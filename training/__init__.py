"""How the built-in planner is trained: reads the annotated wishes, fits the weights that `sayso` ships, and measures them."""
