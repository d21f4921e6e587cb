"""Values that models write into the rows of a table: by hand, for new rows, and when what they are made of changes.

begin, estimated, read, listed, cancel, go_on      what people do with fills; see `stored`, `beginning`, `estimating`
work.Fills                                         works them off, one process at each
triggers.Triggers                                  begins those that nobody begins by hand, and marks what is stale
cells                                              one value: who wrote it, write it again, accept it
"""
