"""What the experiments about tubal gradient descent share [karnik2025, stoeger2021]."""
