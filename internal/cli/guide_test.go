package cli_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/subnets/kind"
)

// TestGuidesFileIsMade follows docs/bring-your-model.md to a file that can be published.
func TestGuidesFileIsMade(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "bring-your-model.md"))
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)<!-- run: sh -->\n```sh\n(.*?)```").FindAllSubmatch(text, -1)
	require.Len(t, blocks, 2)
	t.Chdir(t.TempDir())
	for _, block := range blocks {
		for line := range strings.Lines(string(block[1])) {
			words := strings.Fields(line)
			require.Equal(t, "dendra", words[0])
			code, _, errs := run(t, "http://127.0.0.1:1", words[1:]...)
			require.Zero(t, code, "%s: %s", line, errs)
		}
	}
	for _, file := range []string{"mine.tlm", "mine.gguf", "mine.ngram"} {
		require.NoError(t, kind.CheckArtifact(file), "%s can be published", file)
	}
}
