"""A comment on a pull request, which a job summary is as well, and its parts."""
