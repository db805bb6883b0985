# The README's commands. Each is one task of ./dev, which needs only Python >= 3.11.
PYTHON ?= python3
ARGS ?=

.PHONY: help install run test lint format bench torture live-llm lock
help:
	@$(PYTHON) dev

install run test lint format bench torture live-llm lock:
	@$(PYTHON) dev $@ $(ARGS)
