"""What can be asked of the coach at a command line, one file for each kind of asker."""
