"""What a change loosens, in the gate and in what it measures."""
