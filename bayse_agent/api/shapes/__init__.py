"""The shapes of the original system and of the venue, in which money is a JSON number."""
