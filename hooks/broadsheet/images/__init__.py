"""Images: a picture's file in; the file without metadata, smaller variants and their HTML out."""
