"""What readers get of the book: the site, the PDF, the archives; and the browser that prints and tests them."""
