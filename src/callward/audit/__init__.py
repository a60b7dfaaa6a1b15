"""The Merkle tree of everything that had a consequence."""
