package cli_test

import (
	"bytes"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/cli"
)

var (
	documented = regexp.MustCompile("(?m)^\\| `(dendra [a-z ]+)` \\|")
	available  = regexp.MustCompile(`(?m)^  ([a-z-]+) +\S`)
)

// docs/cli.md lists the commands of the program, all of them and no others.
func TestDocumentedCommands(t *testing.T) {
	page, err := os.ReadFile("../../docs/cli.md")
	require.NoError(t, err)
	var want []string
	for _, m := range documented.FindAllStringSubmatch(string(page), -1) {
		want = append(want, m[1])
	}
	have := commandsUnder(t)
	slices.Sort(want)
	slices.Sort(have)
	require.Equal(t, have, want)
}

// commandsUnder returns the commands that do something below the words given, as --help lists them.
func commandsUnder(t *testing.T, words ...string) []string {
	t.Helper()
	var out, stderr bytes.Buffer
	code := cli.Main(t.Context(), cli.Env{
		Args: append(slices.Clone(words), "--help"), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &stderr,
		Getenv: func(string) string { return "" }, UserHome: func() (string, error) { return t.TempDir(), nil },
	})
	require.Zero(t, code, stderr.String())
	_, list, groups := strings.Cut(out.String(), "Available Commands:\n")
	if !groups {
		return []string{strings.Join(append([]string{"dendra"}, words...), " ")}
	}
	list, _, _ = strings.Cut(list, "\n\n")
	var all []string
	for _, m := range available.FindAllStringSubmatch(list, -1) {
		if m[1] != "help" {
			all = append(all, commandsUnder(t, append(slices.Clone(words), m[1])...)...)
		}
	}
	return all
}
