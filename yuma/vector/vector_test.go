package vector_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/yuma/vector"
)

// TestPublicVectors verifies every file of testdata/public against its own expectations. A file dropped there runs
// without a change here; kinds that are not handled yet are named in the log.
func TestPublicVectors(t *testing.T) {
	paths, err := filepath.Glob(filepath.FromSlash("../testdata/public/*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	epochs := 0
	for _, path := range paths {
		file, err := vector.Load(path)
		require.NoError(t, err)
		report, err := vector.Verify(file)
		if errors.Is(err, vector.ErrKind) {
			t.Logf("%s: kind %s is not handled yet", filepath.Base(path), file.Kind)
			continue
		}
		require.NoError(t, err)
		epochs++
		t.Run(file.ID, func(t *testing.T) {
			require.Empty(t, report.Failures[:min(5, len(report.Failures))], "of %d", len(report.Failures))
			require.Positive(t, report.Checks)
			if report.SourceRounding > 0 {
				t.Logf("%d of %d figures carry the rounding of their source", report.SourceRounding, report.Checks)
			}
			t.Logf("%d checks, worst: u16 %s, rao %s, real %s", report.Checks, report.WorstU16.RatString(), report.WorstRao.RatString(), report.WorstReal.FloatString(20))
		})
	}
	require.GreaterOrEqual(t, epochs, 120)
}
