"""What is measured of natural villages (自然村): people, place, reach, limits, change."""
