"""The builder with a model: it proposes the same plan as the planner, by a few operations on a copy of the app.

choosing     whether a model or the planner works on a wish          modes       how that model is asked: tools, or one JSON action
prompt       what the model is told          outline   an app in few words          looking   what it may look at
operations   what it may call                bench     the copy that they work on, mended and checked by us
guard        what nobody asked for is held back                      turns       the rounds, bounded
planning     a wish to a plan; the planner's, with a sentence, when the model fails
"""
