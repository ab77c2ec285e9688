"""MaxSim on a GPU over rows that stay in its memory."""
