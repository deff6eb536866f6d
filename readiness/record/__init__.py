"""The record stage: what a run found, made into a run document, and its comparison."""
