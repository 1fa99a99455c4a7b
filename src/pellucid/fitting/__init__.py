"""The main job: from a table to a network that was tested on rows it has not seen."""
