"""The ledger: four lists of rows (journal, people, outbox, catalogue), and who writes them in groups.

`port` says what a ledger is; `memory`, `sheet` are ledgers; `committer` turns many requests into one append.
"""
