"""The demo corpus: documents written for Pagesight, and the script that sets them."""
