package vector_test

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/yuma/vector"
)

// vectors are all files of the folders in testdata: a file dropped there is verified without a change here.
func vectors(t testing.TB) (paths []string) {
	t.Helper()
	root := filepath.FromSlash("../testdata")
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".json" && filepath.Dir(path) != root { // the schema lies in the root
			paths = append(paths, path)
		}
		return err
	})
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	return paths
}

// notOurs are the kinds about rules that this package cannot know; the command line brings the chain's along.
var notOurs = map[string]bool{"param_check": true, "max_weight_limit": true}

// Every file meets its own expectations, and no case of any goes unchecked without saying so.
func TestVectors(t *testing.T) {
	epochs := 0
	for _, path := range vectors(t) {
		file, err := vector.Load(path)
		require.NoError(t, err)
		if file.Kind == vector.KindEpoch {
			epochs++
		}
		t.Run(strings.TrimSuffix(filepath.Base(path), ".json"), func(t *testing.T) {
			report := verify(t, file, vector.Options{})
			require.Empty(t, report.Failures[:min(5, len(report.Failures))], "of %d", len(report.Failures))
			if notOurs[file.Kind] {
				require.Len(t, report.NotApplicable, report.Parts)
				require.Zero(t, report.Checks)
				return
			}
			require.Empty(t, report.NotApplicable)
			require.GreaterOrEqual(t, report.Checks, report.Parts-report.Left)
			require.Less(t, report.Left, report.Parts)
			require.Truef(t, report.Left == 0 || file.Kind == "retention_contour", "%d cases left", report.Left)
			t.Logf("%d checks, %d as exact as their source, worst: u16 %s, rao %s, real %s", report.Checks, report.SourceRounding,
				report.WorstU16.RatString(), report.WorstRao.RatString(), report.WorstReal.FloatString(16))
		})
	}
	require.GreaterOrEqual(t, epochs, 120)
}

func verify(t *testing.T, file vector.File, o vector.Options) vector.Report {
	t.Helper()
	report, err := vector.Verify(t.Context(), file, o)
	require.NoError(t, err)
	return report
}

func TestVerificationEndsWithItsContext(t *testing.T) {
	file, err := vector.Load("../testdata/public/bonds_ema_eight_epochs.json")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	_, err = vector.Verify(ctx, file, vector.Options{Progress: func(done, _ int) {
		require.LessOrEqual(t, done, 2)
		if done == 2 {
			cancel()
		}
	}})
	require.ErrorIs(t, err, context.Canceled)
}
