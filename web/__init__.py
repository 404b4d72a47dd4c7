"""What dondoc answers over HTTP."""
