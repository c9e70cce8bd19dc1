"""Both systems on loopback: real sockets, real protocols, filled with a Dutch shop. Never imports the pipeline."""
