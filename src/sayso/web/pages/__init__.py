"""Pages that work without the workspace's JavaScript: signing in, public forms, the reference of the API."""
