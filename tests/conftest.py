"""What all tests share."""

from hypothesis import settings

pytest_plugins = ["local.sheets.fixture"]

# A busy machine is slow, not wrong.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
