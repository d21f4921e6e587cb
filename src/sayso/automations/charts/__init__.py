"""Pictures of figures, for e-mails and documents: the same drawing as PNG and as SVG.

chart.py     what is shown: series of figures by name
drawing.py   where everything stands: lines, boxes, words
png.py, svg.py   the two ways to put it down
"""

from sayso.automations.charts.chart import Chart, Series
from sayso.automations.charts.png import png
from sayso.automations.charts.svg import svg

__all__ = ["Chart", "Series", "png", "svg"]
