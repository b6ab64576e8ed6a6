"""A grant-making strategy as data: definition files, versions, cycles and stages."""
