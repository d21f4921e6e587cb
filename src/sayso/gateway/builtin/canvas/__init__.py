"""`sayso/canvas`: draws, and does not paint. The same words give the same picture, and every picture says "drawn, not generated".

brief.py      what a prompt asks for: kind of picture, headline, colours, figures, things
palette.py    colours that go together
type.py       lettering that fits its box
sheet.py      a surface with smooth edges, and the shapes that are drawn on it
things.py     some forty things that it can draw
backdrops.py  grounds: gradients, hills, waves, circles, grids
scenes.py     landscapes and towns
charts.py     bars, lines and rings from figures
layouts.py    banners, cards, covers, posters, badges, patterns
editing.py    crop, resize, fill, letter, recolour, cut out
masks.py      a plain background, and what is filled in under a mask
drawing.py    the requests: draw and edit
"""
