"""Measuring who builds apps from words: any model of the gateway, or the built-in planner, on the same cases with the same scorer.

cases.jsonl    40 wishes by writers whose words taught the planner nothing, with what a good builder makes of them
predictions    from a plan to the plain shape in which plans are compared
scorer         part by part: hits, inventions, misses          figures    from scores to the headline, its bounds, and pass^k
measuring      cases × attempts, some at a time
"""
