"""The ground floor: reading files safely, writing them whole, and the query engine."""
