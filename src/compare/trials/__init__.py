"""What trials reported, and what follows across them."""
