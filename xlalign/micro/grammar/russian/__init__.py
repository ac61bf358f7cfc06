"""Russian: order led by what is known, six cases, two aspects, no articles and no present copula."""
