"""Plain builders of domain values for tests: every field has a sensible default."""

from __future__ import annotations
