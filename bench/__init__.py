"""What `script/bench` measures: one module for each promise, each with `async def measure() -> list[Figure]`."""
