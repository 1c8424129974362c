"""What a report can be narrowed by: each filter is read from an address, said in words, and written back."""
