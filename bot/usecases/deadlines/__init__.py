"""What time alone does to cases: reminders, escalation, expiry, and messages that go stale."""
