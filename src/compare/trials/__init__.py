"""What trials reported: arms, intervals, harms and benefits."""
