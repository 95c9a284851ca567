"""What is to be delivered: messages as images of rows, the outbox, turns of channels, holds and readings."""
