"""How a report's text is read: words, terms, clauses, and what reaches over what. By rules that can be read as data."""
