"""Pages for whoever has the address of a share. No cookie of the workspace is read here: whoever comes is a stranger."""
