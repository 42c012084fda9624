package collective_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/sim/collective"
)

func TestRun(t *testing.T) {
	table, err := collective.Run(t.Context(), collective.Options{Seeds: 1, Epochs: 3})
	require.NoError(t, err)
	require.NoError(t, table.Markdown(os.Stdout))
}
