"""What could be decided: potential, reclamation, quota, plans. Tables in, tables out."""
