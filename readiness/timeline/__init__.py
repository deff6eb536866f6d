"""The timeline stage: recorded runs compared, and followed over time. Pure."""
