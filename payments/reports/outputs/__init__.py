"""What the outputs of a report are: each writes a Table as one kind of file."""
