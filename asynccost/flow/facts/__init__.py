"""What other files may need to know about a file, as JSON values that the cache keeps."""
