package main

import (
	"os"

	"github.com/dendra-net/dendra/internal/cli"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/subnets/text"
)

// environment joins the commands with what they run.
func environment() cli.Env {
	return cli.Env{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Tasks: map[string]func() (neuron.Task, error){
			"text": func() (neuron.Task, error) { return text.New(text.Options{}) },
		},
	}
}
