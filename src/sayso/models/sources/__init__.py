"""The price tables that the directory is made from, each read into our own shape."""
