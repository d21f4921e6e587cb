"""Reading by marks: which words name a table, a field, a view, a rule; found by a trained tagger, made sense of by rules."""
