"""The mathematics of the prediction. Nothing here knows of HTTP or a database."""
