"""The builder with a model: it proposes the same plan as the planner, by a few operations on a copy of the app.

choosing    whether a model or the planner works on a wish      modes      how that model is asked: tools, or one JSON action
prompt      what the model is told                              outline    an app in few words
operations  what it may call                                    looking    what it may look at
bench       the copy that the calls work on, checked by us      call       one call on its way
mending, meaning, filling: what models write, put right before anybody is asked again
guard       what nobody asked for is held back                  turns      the rounds, bounded; answered: what was said, read
planning    a wish to a plan, or the planner's with a sentence  finishing  grids and icons that every app has
drafting    drafts in the database by a model: attachments, rows within rights, the planner where there is none
"""
