"""One file a version, named by its place in the row; the first line says what it brings."""
