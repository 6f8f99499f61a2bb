"""What the experiments behind the evidence vary: networks, images, and how these are changed.

`choices` names what sweeps may vary: networks of `variations`, with the layer of `locally_connected`, and
`transformations` of images. `corruptions` are those of MNIST-C.
"""
