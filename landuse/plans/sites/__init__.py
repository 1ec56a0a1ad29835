"""Where better use can go: sites from plots, what each is good for, what is against."""
