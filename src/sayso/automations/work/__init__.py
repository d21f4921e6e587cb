"""Who works runs off.

worker        one of a process: claims runs, says that it lives, takes over what dead ones had
claims        which runs are whose, in SQL
checkpoints   what is kept of runs and steps, and that it is still this worker's to write
execution     one run, from what is kept to its end or its next wait
"""
