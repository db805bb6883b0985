"""bayse-agent: an autonomous trading agent for the Bayse prediction market."""
