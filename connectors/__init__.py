"""Systems that hold a company's texts and what people did there, read from their exports into events."""
