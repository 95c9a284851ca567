"""What the page in the browser calls: reading and acting as a person."""
