"""The built-in planner: reads a wish without a language model."""
