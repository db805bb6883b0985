"""News from outside: search services, feeds, and pages fetched with great care."""
