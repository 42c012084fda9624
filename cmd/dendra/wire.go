package main

import (
	"os"

	"github.com/dendra-net/dendra/internal/cli"
)

// environment joins the commands with what they run.
func environment() cli.Env {
	return cli.Env{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Local: local, Node: nodes,
	}
}
