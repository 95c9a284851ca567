"""What the image is built from: the lock, the files, the install commands."""
