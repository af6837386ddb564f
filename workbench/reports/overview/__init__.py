"""All runs on one page: the index, and what each scenario's figures were before."""
