package cli_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/cli"
)

var rewriteDocs = flag.Bool("rewrite", false, "write the list of commands in docs/cli.md anew")

const (
	docsPage  = "../../docs/cli.md"
	listBegin = "| command | does |\n|---|---|\n"
)

// docs/cli.md lists the commands of the program in the program's own words, all of them and no others.
func TestDocumentedCommands(t *testing.T) {
	raw, err := os.ReadFile(docsPage)
	require.NoError(t, err)
	page := string(raw)
	before, rest, found := strings.Cut(page, listBegin)
	require.True(t, found, "the page has no list of commands")
	_, after, found := strings.Cut(rest, "\n\n")
	require.True(t, found, "the list does not end")
	want := before + listBegin + strings.Join(rowsUnder(t), "\n") + "\n\n" + after
	if *rewriteDocs {
		require.NoError(t, os.WriteFile(docsPage, []byte(want), 0o644))
		return
	}
	require.Equal(t, want, page, "write it anew: go test ./internal/cli -run Documented -rewrite")
}

var verb = regexp.MustCompile(`(?m)^  ([a-z-]+) +\S`)

// rowsUnder returns a line for each command that does something below the words given, as --help tells.
func rowsUnder(t *testing.T, words ...string) []string {
	t.Helper()
	help := helpOf(t, words)
	_, list, groups := strings.Cut(help, "Available Commands:\n")
	if !groups {
		return []string{row(t, help)}
	}
	list, _, _ = strings.Cut(list, "\n\n")
	var rows []string
	for _, m := range verb.FindAllStringSubmatch(list, -1) {
		if m[1] != "help" {
			rows = append(rows, rowsUnder(t, append(slices.Clone(words), m[1])...)...)
		}
	}
	return rows
}

func row(t *testing.T, help string) string {
	t.Helper()
	short, rest, _ := strings.Cut(help, "\n")
	_, usage, found := strings.Cut(rest, "Usage:\n  ")
	require.True(t, found, help)
	usage, _, _ = strings.Cut(usage, "\n")
	usage = strings.ReplaceAll(strings.TrimSuffix(usage, " [flags]"), "|", `\|`)
	return fmt.Sprintf("| `%s` | %s |", usage, strings.ReplaceAll(short, "|", `\|`))
}

func helpOf(t *testing.T, words []string) string {
	t.Helper()
	var out, stderr bytes.Buffer
	code := cli.Main(t.Context(), cli.Env{
		Args: append(slices.Clone(words), "--help"), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &stderr,
		Getenv: func(string) string { return "" }, UserHome: func() (string, error) { return t.TempDir(), nil },
	})
	require.Zero(t, code, stderr.String())
	return out.String()
}
