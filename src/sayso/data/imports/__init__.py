"""Spreadsheets on their way in: read and judged in a child process with limits, then streamed into PostgreSQL.

`sources` opens a file, `guessing` tells what each column holds, `child` is the process that does both, `arriving` takes a file
in, `running` brings its rows into a table in one transaction: all or nothing, whatever happens on the way.
"""
