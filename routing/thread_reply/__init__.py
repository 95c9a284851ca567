"""What a reply in a case's thread means: an answer, a reason, a doubt, or talk."""
