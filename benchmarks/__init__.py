"""What is measured: each module prints its numbers as JSON, and none is a part of the product."""
