"""Grade submissions: read each with suspicion, run it in a sandbox, compare its answers, write it down.

A submission's answers come from a process that may lie about everything but
can say only this: a value for a case. Values are compared outside, with expected
answers that the sandbox never holds. Of what was said after the hidden arguments
were handed in, feedback for students holds no more than the kind of an error and
what a judge makes of it.

`command` reads what a teacher types, and `batch` grades a folder. For each of its
`submissions` it has `scoring` run the cells in one of the `sandboxes`, which a `watchdog`
guards by what its `processes` use; a `record` keeps what came of it, and `reports` tell it.
An `assignment` is what submissions are held against. What runs in the sandbox itself
is in `inside`. All chance comes from the teacher's `seeds`. Three names look alike:

- `hidden_tests` reads an assignment's source, its ``LIMITS`` of time and memory included,
  and makes the tests; `differences` says how an answer differs from the expected one;
- `hidden_images` draws, distorts, saves and loads the digits that judge the open project;
- `hidden_set` is the teacher's command that makes a file of such digits beforehand.

`leaderboard` is the other command of the open project alone.

Of the project around it, the package needs only `digitlib`.
"""
