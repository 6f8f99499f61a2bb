"""What readers get of the book: the site, the PDF, the archives; and the browser that prints and tests them.

`site` makes all of it, and calls `pdf`, which prints with the browser of `chromium`. `page_sizes` weighs the pages as
`static_host` sends them. `versions` makes a release.
"""
