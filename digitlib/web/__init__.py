"""The drawing page and the notebook widget: their scripts, and what hands them to Python and the site."""
