# The README's commands. Each is one task of ./dev, which needs only Python >= 3.11.
PYTHON ?= python3
ARGS ?=

.PHONY: help install run demo test lint format bench torture live-llm web web-types web-lint web-test screens config-docs lock
help:
	@$(PYTHON) dev

install run demo test lint format bench torture live-llm web web-types web-lint web-test screens config-docs lock:
	@$(PYTHON) dev $@ $(ARGS)
