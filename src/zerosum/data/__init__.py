"""Data of every kind behind one interface: known sets, toy densities, folders, archives; one stateless loader."""
