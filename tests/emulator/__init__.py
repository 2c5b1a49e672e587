"""The emulator: its floors alone, and as unmodified clients meet it."""
