"""The protocol as a Promela model: what it rests on, explored in every interleaving. See docs/protocol.md."""
