"""The recorded runs beside the board, each chained to the one before."""
