"""The province: finished counties merged into tables, a ranking, an overview map and a report."""
