package requestlog

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// A write that fails midway leaves no half line behind; one that cannot be undone closes the log to more records.
func TestFailedWriteIsUndoneOrFatal(t *testing.T) {
	dir := t.TempDir()
	l, _, err := Open(Options{Dir: dir})
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	require.NoError(t, l.Append(Record{ID: "one"}))

	good := l.active().file
	readOnly, err := os.Open(l.active().path)
	require.NoError(t, err)
	l.active().file = readOnly
	require.Error(t, l.Append(Record{ID: "two"}))
	require.NoError(t, l.Err(), "nothing was written, so nothing is broken")

	l.active().file = good
	require.NoError(t, readOnly.Close())
	require.NoError(t, l.Append(Record{ID: "three"}))
	page, _, err := l.List(Filter{})
	require.NoError(t, err)
	require.Len(t, page, 2)
}

func TestFailedSyncIsFatal(t *testing.T) {
	l, _, err := Open(Options{Dir: t.TempDir()})
	require.NoError(t, err)
	require.NoError(t, l.Append(Record{ID: "one"}))
	good := l.active().file
	r, w, err := os.Pipe() // a pipe cannot be synced
	require.NoError(t, err)
	l.active().file = w
	require.Error(t, l.Sync())
	require.Error(t, l.Append(Record{ID: "two"}))
	require.Error(t, l.Err())
	l.active().file = good
	require.NoError(t, w.Close())
	require.NoError(t, r.Close())
	require.NoError(t, l.Close())
}
