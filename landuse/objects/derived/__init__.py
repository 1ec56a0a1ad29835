"""Parcels where no cadastre exists: from mapped land use, or from built-up cells."""
