"""What experts do with a case: answer, take back, hand on; and what follows from it."""
