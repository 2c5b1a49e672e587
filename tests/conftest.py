"""What all tests share."""

pytest_plugins = ["local.sheets.fixture"]
