"""The ledger in PostgreSQL: for programmes whose law wants people's data in the country, and for growth.

`schema` says which tables there are and upgrades them; `database` runs a transaction and says what went wrong in
the port's errors; `ledger` is the port. Nothing here is imported while the ledger is a spreadsheet.
"""
