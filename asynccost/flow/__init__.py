"""What both front ends lower to, and the questions that rules ask of it."""
