"""What is read and how it is looked at: one frozen value each, and the news of its change."""
