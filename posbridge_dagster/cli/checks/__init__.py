"""What `posbridge doctor` looks at, one module per system. A check asks, and never changes anything on either side."""
