"""From chapters to the book: read, run, compare, put together, check.

`notebook_commands` reads what an author types, `building` and `proof` what `make book` and `make verify` do. `running`
executes chapters on `kernels` and tells their `progress`; `kinds_of_cells` splits exercises from solutions,
`templates` fills numbers into prose, among them those of `reading_time`, and `composing` puts the book together.
`checking` holds the book against its sources, by the `prose_rules` and the `lock`; `comparing` says what counts as the
same, for `nbval_plugin` too. `single_run` is what a sweep sends away. Cells of chapters import what is in
`inside`.
"""
