"""The gateway, as its owner sets it up: providers, aliases, keys, budgets, usage, ledger."""
