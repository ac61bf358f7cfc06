"""Tables: languages, scripts."""
