"""MaxSim over int8 rows: a first score of all pages, some of which are scored exactly after it."""
