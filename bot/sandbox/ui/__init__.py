"""What the page in the browser calls: reading as a person, and acting as one."""
