"""Many runs of one notebook, on this machine or on several; and a few of them repeated.

`running_sweeps` and `spot_checks` are the commands; `scheduling` hands runs to processes and machines.
"""
