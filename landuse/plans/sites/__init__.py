"""Where better use can go: sites from adjoining plots, what each is good for, what stands against."""
