"""The demo season: what is laid out at the first start, and the visitors who fill it."""
