"""Many runs of one notebook, on this machine or on several; and a few of them repeated."""
