"""What the experiments of [milanesi2021] share: completion by deep Tucker and deep train."""
