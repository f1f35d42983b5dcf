"""What faults do to Tacit: kills, interrupts, damaged files, full disks, others at work."""
