"""The parts of a plan on other machines, by Dask distributed."""
