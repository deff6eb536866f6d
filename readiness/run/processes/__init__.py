"""The processes of a run: who starts, watches and ends them; all that is Linux's own."""
