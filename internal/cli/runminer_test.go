package cli_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/cli"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/nn"
	"github.com/dendra-net/dendra/nn/tlm"
	"github.com/dendra-net/dendra/subnets/kind"
)

// alone runs a command line where no chain is: whatever gets as far as looking for one fails with node_unreachable, before
// it could buy anything.
func alone(t *testing.T, line string) (code int, stderr string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	var out, errs bytes.Buffer
	env := map[string]string{"DENDRA_HOME": t.TempDir(), "DENDRA_NODE": "127.0.0.1:1"}
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Main(ctx, cli.Env{Args: strings.Fields(line), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
			Getenv: func(name string) string { return env[name] }})
	}()
	select {
	case code = <-ended:
	case <-time.After(2 * time.Minute):
		require.Fail(t, "the command does not end", line)
	}
	require.Empty(t, out.String(), line)
	return code, errs.String()
}

// modelFile is the file of a net of that form, which nobody trained.
func modelFile(t *testing.T, c nn.Config) []byte {
	t.Helper()
	m, err := nn.New(c, 1)
	require.NoError(t, err)
	file, err := tlm.Quantize(m)
	require.NoError(t, err)
	return file.Marshal()
}

// TestWhatCannotAnswerBuysNothing: what shall answer is looked at before the chain is.
func TestWhatCannotAnswerBuysNothing(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir) // without tesseract
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		return path
	}
	pipe := filepath.Join(dir, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	good := write("good.tlm", modelFile(t, nn.Config{Dim: 16, Layers: 1, Heads: 1, Hidden: 16, Context: 16}))
	busy := write("busy.tlm", modelFile(t, nn.Config{Dim: 64, Layers: 40, Heads: 32, Hidden: 1, Context: nn.MaxContext}))
	for line, want := range map[string]struct {
		exit       int
		code, says string
	}{
		"--task pretrain --model net-s --cpu NaN":             {2, "bad_flag", "--cpu is NaN; want 0 to 1"},
		"--task pretrain --model net-s --cpu +Inf":            {2, "bad_flag", "want 0 to 1"},
		"--artifact " + dir + "/missing":                      {2, "no_such_file", "there is no file"},
		"--artifact " + dir:                                   {2, "bad_model", "not a regular file"},
		"--artifact " + pipe:                                  {2, "bad_model", "not a regular file"},
		"--artifact " + write("large", make([]byte, 1<<20+1)): {2, "bad_model", "more than 1048576 bytes"},
		"--artifact " + write("text", []byte("no model")):     {2, "bad_model", "fix: give a tlm, n-gram or GGUF file"},
		"--artifact " + busy:                                  {2, "bad_model", "the model computes too much"},
		"--artifact " + good + " --listen nonsense":           {2, "bad_config", "write HOST:PORT"},
		"--artifact " + good + " --listen :0":                 {2, "no_external", "external URL"},
		"--task mixture --model parrot":                       {2, "bad_model", `no built-in model "parrot"; it has prose`},
		"--task vision --model tesseract":                     {1, "no_program", "apt install tesseract-ocr"},
		"--artifact " + good:                                  {1, "node_unreachable", ""},
		"--task vision --model cnn":                           {1, "node_unreachable", ""},
	} {
		code, errs := alone(t, "miner run --subnet 1 --wallet me --yes "+line)
		require.Equal(t, want.exit, code, "%s: %s", line, errs)
		require.Contains(t, errs, "error "+want.code+": ", line)
		require.Contains(t, errs, want.says, line)
		require.NotContains(t, errs, "no such model", line)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tesseract"), []byte("#!/bin/sh\necho A\n"), 0o755))
	_, errs := alone(t, "miner run --subnet 1 --wallet me --task vision --model tesseract")
	require.Contains(t, errs, "error node_unreachable: ", "an installed one is taken")
}

// TestPipesAreRefused: a pipe that nobody writes to stops no command that wants a file.
func TestPipesAreRefused(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe.json")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	for line, code := range map[string]string{
		"subnet audit 1 --validator me --file " + pipe: "bad_evidence",
		"yuma run " + pipe:                                          "bad_vector",
		"ask --image " + pipe + " what?":                            "bad_picture",
		"sim run " + pipe:                                           "bad_scenario",
		"neuron commit --subnet 1 --file " + pipe:                   "no_such_file",
		"model eval " + pipe + " --corpus prose":                    "bad_model",
		"validator run --subnet 1 --task pretrain --shards " + pipe: "bad_text",
	} {
		exit, errs := alone(t, line)
		require.Equal(t, 2, exit, "%s: %s", line, errs)
		require.Contains(t, errs, "error "+code+": ", line)
	}
}

// refusesTheWrongKind wants nothing bought on a subnet that is named after another kind.
func (p person) refusesTheWrongKind() {
	p.t.Helper()
	var out, errs bytes.Buffer
	line := "miner run --subnet 1 --task vision --model cnn --wallet alice --yes"
	code := cli.Main(p.t.Context(), cli.Env{Args: strings.Fields(line), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Argon2: cheap,
		Kinds:  append(kind.All(), kind.Of("open", func() (neuron.Task, error) { return echo{}, nil })),
		Getenv: func(name string) string { return map[string]string{"DENDRA_HOME": p.home}[name] }})
	require.Equal(p.t, 2, code, errs.String())
	require.Contains(p.t, errs.String(), "error wrong_kind: subnet 1 is open; model cnn is for subnets of kind vision")
	require.NotContains(p.t, errs.String(), "registered")
}
