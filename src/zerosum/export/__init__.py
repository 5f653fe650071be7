"""Getting samples and models out of zerosum."""
