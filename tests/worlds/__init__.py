"""What tests of every part share: clocks, people, policies, contexts, databases, small worlds."""
