"""Rights in plain words: `support sees only their own tickets`, `nobody but Ana may export`, `hide the margin from everyone but managers`."""

from sayso.builder.planner.rights.reading import statements as statements
from sayso.builder.planner.rights.things import is_of_all as is_of_all
from sayso.builder.planner.rights.worded import Worded as Worded
from sayso.builder.planner.rights.worded import spoken_of as spoken_of
from sayso.builder.planner.rights.worded import without as without
from sayso.builder.planner.rights.worded import worded as worded
