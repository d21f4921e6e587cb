"""`sayso/reader`: reads and does not write. Every answer is a part of the text, or one of the words it was given, with its evidence.

passages.py     a text in sentences and clauses, with their places
likeness.py     how alike texts are: by meaning where the language model is, else by shared words
language.py     which language
lexicon.py      words that carry sentiment or urgency, with negation
mood.py         sentiment and urgency, by a small trained judgement over meaning and lexicon
choosing.py     one of several described labels, with its margin
findings.py     what can be recognised by its form: addresses, amounts, days, names, codes
extraction.py   which of them a field asks for
gist.py         the sentences and the words that matter most
filling.py      a JSON schema filled in from a text, and what it was read from
answering.py    a chat request: with a JSON schema it fills in what it can read; prose it declines
"""
