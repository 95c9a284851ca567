"""What the bot does, one transaction each: load, decide, save, enqueue, return; they know no transport."""
