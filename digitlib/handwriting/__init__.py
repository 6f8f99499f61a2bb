"""The reader's own hand: photos of digits, MNIST's preparation, and what is no digit.

`photos.read_photo` calls the other modules in this order: `photo_files` opens the photo, `ink` finds what is darker or
lighter than the paper, `segmentation` the connected marks, `layout` the digits among them, `lines` sorts these as they
are read, `glyphs` cuts each out, and `normalization` makes an image like MNIST's of it. `boxes` serves them all.

`sheets` makes photos to try this on, `nondigits` makes drawings that are no digits, and `familiarity` tells these from
digits.
"""
