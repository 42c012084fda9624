package term_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/term"
)

func TestTableAlignsAndTrims(t *testing.T) {
	table := term.Table{Columns: []term.Column{{Title: "UID", Right: true}, {Title: "NAME"}, {Title: "STAKE (TAO)", Right: true}, {Title: "NOTE"}}}
	table.Add("4", "größer", "1.5", "x")
	table.Add("12", "b", "100.25")
	table.Add("7", "c", "0", "", "beyond")
	var out bytes.Buffer
	require.NoError(t, table.Write(&out))
	require.Equal(t, ""+
		"UID  NAME    STAKE (TAO)  NOTE\n"+
		"  4  größer          1.5  x\n"+
		" 12  b            100.25\n"+
		"  7  c                 0\n", out.String())
}

func TestTableDisarmsControlCodes(t *testing.T) {
	table := term.Table{Columns: []term.Column{{Title: "ENDPOINT"}}}
	table.Add("http://x/\x1b[2J\n\u202eevil")
	var out bytes.Buffer
	require.NoError(t, table.Write(&out))
	require.Equal(t, "ENDPOINT\nhttp://x/?[2J??evil\n", out.String())
}

func TestBar(t *testing.T) {
	for _, c := range []struct {
		fraction float64
		want     string
	}{{0, "...."}, {0.5, "##.."}, {1, "####"}, {7, "####"}, {-1, "...."}, {math.NaN(), "...."}, {0.12, "...."}, {0.13, "#..."}} {
		require.Equal(t, c.want, term.Bar(c.fraction, 4), "%v", c.fraction)
	}
}

func TestLineWritesOnlyToATerminal(t *testing.T) {
	var out bytes.Buffer
	silent := term.NewLine(&out, false)
	silent.Show("work %d", 1)
	silent.Clear()
	require.Empty(t, out.String())

	live := term.NewLine(&out, true)
	live.Clear()
	require.Empty(t, out.String(), "nothing was shown yet")
	live.Show("work %d\n", 1)
	live.Clear()
	live.Clear()
	require.Equal(t, "\r\x1b[Kwork 1?\r\x1b[K", out.String())
}

func TestLiveNeedsATerminal(t *testing.T) {
	require.False(t, term.Live(&bytes.Buffer{}, func(string) string { return "" }))
	require.False(t, term.IsTerminal(nil))
}

func TestRateAndETA(t *testing.T) {
	require.Equal(t, "999 ", term.Rate(999))
	require.Equal(t, "1.50 k", term.Rate(1500))
	require.Equal(t, "2.00 M", term.Rate(2e6))
	require.Equal(t, "3.00 G", term.Rate(3e9))
	require.Equal(t, "1m30s", term.ETA(900, 10))
	require.Equal(t, "?", term.ETA(900, 0))
	require.Equal(t, "?", term.ETA(0, 0))
	require.Equal(t, "?", term.ETA(-1, 5))
}
