"""A language model of anyone's text: reading a file, learning it, writing on."""
