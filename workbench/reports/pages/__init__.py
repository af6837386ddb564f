"""What a reader opens: an executed notebook as one offline page, and the frame of all pages."""
