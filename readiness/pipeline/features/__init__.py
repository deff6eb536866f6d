"""What options have a run do beside its plot, one file each."""
