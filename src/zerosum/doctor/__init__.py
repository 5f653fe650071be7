"""The doctor: a run is looked at, its samples beside its data, and what is wrong with it is said."""
