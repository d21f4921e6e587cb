"""One file that holds a whole installation, and the way back from it.

archive.py     the file: a zip with a checksum for every part
postgres.py    the database out, at one moment; and in, in one transaction
backup.py      out
restore.py     in, verified, whole or not at all
"""
