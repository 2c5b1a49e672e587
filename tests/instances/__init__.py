"""Several processes of the deployed server at once, over one ledger: of one release, and of two."""
