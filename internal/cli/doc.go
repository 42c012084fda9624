// Package cli is the dendra command: it parses what a person or script typed, calls the package that does the work,
// and prints the result.
//
// Its one invariant: the result, and nothing else, is on stdout; prompts, progress and errors are on stderr; nothing
// is asked where nobody can answer. A command that fails says a code, a sentence with the numbers and what to do next.
//
// Exit codes: 0 done, 1 failed, 2 the command line itself is wrong.
//
//	os.Exit(cli.Main(ctx, cli.Env{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}))
package cli
