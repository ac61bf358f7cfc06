"""The artifact cache: content-addressed keys, atomic publication, verification, explanation, collection."""
