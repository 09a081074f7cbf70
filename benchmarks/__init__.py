"""What things cost, as ratios of two measured in one run: `make bench`."""
