"""What trials showed, and what follows across them."""
