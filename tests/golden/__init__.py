"""Golden journals: journals of past releases, kept for ever with the verdicts that were given by them.

journals/NAME.tsv           rows as they landed, a tab between cells; of the shapes that were written then
journals/NAME.verdicts      what followed from each row, and what stands at the end, in words

`python -m tests.golden keep NAME < rows.tsv` adds one. What is kept is never made anew: a release under which the
verdicts differ has re-seated people, and it is the release that must be mended.
"""
