"""The only writers of what first contact keeps."""
