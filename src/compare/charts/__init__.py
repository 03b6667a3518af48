"""Charts: frames in, traces and figures out; nothing is computed here but positions."""
