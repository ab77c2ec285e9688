"""A collection's rows in the forms that scoring wants, in files of their own."""
