package cli

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryCodeHasACauseAndAFix(t *testing.T) {
	known := map[string]bool{}
	for _, c := range topics() {
		known[c.Code] = true
		require.NotEmpty(t, c.Cause, "%s has no cause", c.Code)
		require.NotEmpty(t, c.Fixes, c.Code)
		for _, doc := range c.Docs {
			require.FileExists(t, "../../"+doc, c.Code)
		}
	}
	require.Greater(t, len(known), 150)
	for code := range causes {
		require.True(t, known[code], "%s is no code of an error any more", code)
	}
}

func TestTheGlossaryIsTheSpecifications(t *testing.T) {
	spec, err := os.ReadFile("../../spec/glossary.md")
	require.NoError(t, err)
	require.Equal(t, string(spec), glossary, "run: go generate ./internal/cli")
	all := words()
	require.Greater(t, len(all), 60)
	require.Contains(t, all, word{"rao", "a billionth of a TAO; every amount is a whole number of rao"})
	require.Contains(t, all, word{"weights", "how much a validator thinks each neuron is worth, relative to the others"})
}
