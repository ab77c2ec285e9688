"""Text on pages that addresses a model instead of a reader: found, told, and kept from harm."""
