"""What the staff pages say, as pure functions of the messages."""
