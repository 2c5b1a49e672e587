"""The pure floor: values in, values out. No I/O, no clock, no randomness.

Values are msgspec's Structs: to define a frozen dataclass takes half a millisecond, which every cold start pays for
each of them, and to make one ten times as long, which a fold pays for each entry. Beside them the standard library
only.
"""
