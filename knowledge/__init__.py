"""What the coach knows: questions, answers and where they come from. Pure: data in, data out."""
