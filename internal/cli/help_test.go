package cli_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// screen is the width that help and tables fit into.
const screen = 120

func TestHelpFitsAScreen(t *testing.T) {
	for _, row := range rowsUnder(t) {
		usage, _, _ := strings.Cut(strings.TrimPrefix(row, "| `dendra "), "`")
		words := []string{}
		for _, w := range strings.Fields(usage) {
			if strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") != "" {
				break
			}
			words = append(words, w)
		}
		for _, line := range strings.Split(helpOf(t, words), "\n") {
			require.LessOrEqual(t, len(line), screen, "dendra %s --help: %s", usage, line)
		}
	}
}
