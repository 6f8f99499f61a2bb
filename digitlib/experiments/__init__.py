"""What the experiments behind the evidence vary: networks, images, and how these are changed."""
