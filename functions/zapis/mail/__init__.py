"""Due notices -> letters -> MIME -> SMTP.

`letters` and `mime` are pure, `smtp` holds one conversation, `deliver` decides what is sent when. A letter is
only ever sent for a notice that the journal implies, and is sent again rather than lost.
"""
