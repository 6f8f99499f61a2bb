"""Grade submissions: read each with suspicion, run it in a sandbox, compare its answers, write it down.

A submission's answers come from a process that may lie about everything. But it
can say only one thing: a value for a case. Values are compared outside the sandbox,
which never holds the expected answers. Once the hidden arguments have been handed in,
a student's feedback repeats nothing that the process says, except the kind of an
error; it adds what a judge makes of the answers.

`command` reads what a teacher types, and `batch` grades a folder. `submissions` finds and
reads what was handed in. `scoring` runs the cells of each in one of the `sandboxes`; a
`watchdog` stops what uses too much, by what its `processes` use and what its `memory` holds.
A `record` keeps the result, and `reports` tell it. An `assignment` is what submissions are
compared with. What runs in the sandbox itself is in `inside`. All chance comes from the
teacher's `seeds`. Three names look alike:

- `hidden_tests` reads an assignment's source, its ``LIMITS`` of time and memory included,
  and makes the tests; `differences` says how an answer differs from the expected one;
- `hidden_images` draws, distorts, saves and loads the digits that judge the open project;
- `hidden_set` is the teacher's command that makes a file of such digits beforehand.

`leaderboard` is the other command of the open project alone.

Of the project around it, the package needs only `digitlib`.
"""
