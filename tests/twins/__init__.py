"""Two worlds that differ in what one school's review says, and everyone who may not be able to tell them apart."""
