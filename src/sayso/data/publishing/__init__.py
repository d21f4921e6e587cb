"""Publishing: what would become visible, a person's yes to exactly that, and what strangers are shown of it.

agreed.py       what a yes was given to, and what has become different since
choosing.py     which fields may be ticked, and which we suggest
exposure.py     what a view or form would show, for the screen on which a person decides
publish.py      the yes; changing and stopping shares
opening.py      what an address opens, with its maker's eyes
public_rows.py  the rows of a public view; cells.py  their values, as people read them
public_files.py a file that such a row shows
watch.py        telling people when an app and what was agreed to part ways
sweep.py        stopping what its maker may not show any more
"""
