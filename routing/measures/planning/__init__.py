"""What a change would do before it is made: replays, budgets, audit shares."""
