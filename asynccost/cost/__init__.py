"""What waste costs. Every dollar is a `model.Cost`: a formula, its figures, and where each of them comes from."""
