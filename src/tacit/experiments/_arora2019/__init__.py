"""What the experiments on figures 1 and 2 of [arora2019] share."""
