"""Our own small typed formula language."""
