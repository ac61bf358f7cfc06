"""Files from the network: resumed, verified, locked, and the same again next time."""
