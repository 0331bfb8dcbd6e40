"""The statistics that signals share: permutation tests, effect sizes, the domain classifier. Pure, on numpy arrays."""
