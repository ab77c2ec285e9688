"""What turns words and pixels into rows: the model that ships, the lexical one, and protocols."""
