package arch

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// longestReadme is how many lines a newcomer is asked to read.
const longestReadme = 150

func TestReadmeIsShort(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	require.LessOrEqual(t, bytes.Count(raw, []byte("\n")), longestReadme)
}

var (
	fence = regexp.MustCompile("(?ms)^```.*?^```")
	link  = regexp.MustCompile(`\]\(([^)\s]+)\)`)
)

// Every link from one file of the tree to another leads somewhere.
func TestLinksLeadSomewhere(t *testing.T) {
	checked := 0
	walk(t, func(path string) {
		if !strings.HasSuffix(path, ".md") {
			return
		}
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		for _, m := range link.FindAllSubmatch(fence.ReplaceAll(raw, nil), -1) {
			target, err := url.Parse(string(m[1]))
			if err != nil {
				t.Errorf("%s: link %q: %v", path, m[1], err)
				continue
			}
			if target.Scheme != "" || target.Path == "" {
				continue // elsewhere, or within the page
			}
			checked++
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), target.Path)); err != nil {
				t.Errorf("%s: link %q: %v", path, m[1], err)
			}
		}
	})
	require.Positive(t, checked)
}

// A path that begins in somebody's home or workplace is of one machine only.
var machinePath = regexp.MustCompile(`(?m)(^|[\s"'` + "`" + `=(:,])/(work|root|home|Users)/[\w.-]`)

// No text of the tree names a place that exists on one machine only, and no lock file the host its packages came from.
func TestTreeIsOfNoMachine(t *testing.T) {
	walk(t, func(path string) {
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		if bytes.IndexByte(raw, 0) >= 0 {
			return // not text
		}
		for _, at := range machinePath.FindAllIndex(raw, -1) {
			t.Errorf("%s:%d: %q is a path of one machine", path, 1+bytes.Count(raw[:at[0]], []byte("\n")), bytes.TrimSpace(raw[at[0]:at[1]]))
		}
		if filepath.Base(path) == "package-lock.json" && bytes.Contains(raw, []byte(`"resolved"`)) {
			t.Errorf("%s names hosts: write it with omit-lockfile-registry-resolved", path)
		}
	})
}
