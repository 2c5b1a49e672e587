"""Formulas: reading them, keeping their references true, and working them out.

openpyxl's tokenizer does the lexing. The engines on offer were weighed and left: `formulas` brings
scipy (100 MB onto a laptop) and no ARRAYFORMULA, `ironcalc` has no spill and no Google functions.
"""
