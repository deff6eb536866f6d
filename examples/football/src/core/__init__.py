"""What every other part of the service leans on: settings, errors and logging."""
