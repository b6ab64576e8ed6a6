"""Facts become HTML, a PDF, stored bytes with a hash, and a code anyone can verify."""
