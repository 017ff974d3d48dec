"""What the person who runs the coach, and QA, can look at."""
