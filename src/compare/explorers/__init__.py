"""Explorers: controls, an error guard, and the order on the page. Nothing is computed here."""
