"""The commands, one file a verb: each a short function over the stages."""
