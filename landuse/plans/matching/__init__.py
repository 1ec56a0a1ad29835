"""要素跟着项目走: which project could stand on which site, over the whole portfolio."""
