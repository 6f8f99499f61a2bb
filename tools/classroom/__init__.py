"""What teachers take along: assignments, slides, a lab without internet.

`homework` makes students' notebooks of the assignments, `slideshow` makes slides by the `slide_rules`, and
`offline_lab` a lab's folder, with the packages that `wheelhouse` collects.
"""
