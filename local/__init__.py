"""What stands in for Google and for the mail on a laptop.

`python -m local up` starts all of it; each part also starts alone. The functions never import
this package: they meet it over HTTP and SMTP only, as they meet Google.
"""
