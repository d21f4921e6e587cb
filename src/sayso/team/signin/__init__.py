"""How people prove who they are, and what becomes of it: a session. One file a way in; people here are `u_…`, whatever workspaces they are in."""
