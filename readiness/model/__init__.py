"""The words of the contract as frozen data, and what they mean; every stage speaks them."""
