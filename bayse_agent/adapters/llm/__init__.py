"""Language models: providers, strict answers, and a purse that is asked before each call."""
