"""The pretend world: a local exchange, what moves it, and the ways it can go wrong."""
