"""The reader's own hand: photos of digits, MNIST's preparation, and what is no digit."""
