"""What is said alike on a page, in a letter and in an enterprise's list, in the reader's language: see `tongue`."""
