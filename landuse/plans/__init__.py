"""Decisions: potential, reclamation, quota, receiving sites, sites, projects, advice, incentive."""
