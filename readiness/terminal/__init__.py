"""What people see while a command runs and as it ends: progress, output, errors."""
