"""What is to be delivered: messages as images of rows, the outbox, paces, holds and readings."""
