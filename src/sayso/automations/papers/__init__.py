"""Texts of automations as people get them: Markdown and HTML made safe, e-mails, HTML pages and PDF files.

markup.py   Markdown or HTML → HTML that loads nothing and runs nothing; its words alone
letter.py   an e-mail around it
page.py     an HTML page around it
pdf.py      a PDF of it
"""
