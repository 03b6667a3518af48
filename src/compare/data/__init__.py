"""The tables: read, checked, and held unchanged; a patient and a scenario."""
