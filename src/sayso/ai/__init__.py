"""Work that models do inside apps: slots, AI fields and their fills, tasks, and the bridge that agents stand on."""
