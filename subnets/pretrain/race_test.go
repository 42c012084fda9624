package pretrain

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// DENDRA_RACE=10 go test -run TestTable -v ./subnets/pretrain prints the table of docs/intelligence-pretrain.md.
func TestTable(t *testing.T) {
	if os.Getenv("DENDRA_RACE") == "" {
		t.Skip("set DENDRA_RACE to the seconds that each trainer gets in an epoch")
	}
	var seconds float64
	_, err := fmt.Sscan(os.Getenv("DENDRA_RACE"), &seconds)
	require.NoError(t, err)
	r := Race{Epochs: 10, Work: time.Duration(seconds * float64(time.Second)), Seed: 1}
	for _, kind := range strings.Fields(os.Getenv("DENDRA_RACE_KINDS")) {
		trainer, ok := NewTrainer(kind)
		require.True(t, ok)
		r.Entrants = append(r.Entrants, Entrant{kind, trainer})
	}
	r.Report = func(x Round) {
		fmt.Printf("%d", x.Epoch)
		for i, m := range x.Marks {
			f, _ := factOf(m.Facts, "bits_per_byte")
			g, _ := factOf(m.Facts, "marginal")
			fmt.Printf("\t%s %.3f m=%.4f+-%.4f p=%.4f %.3f+-%.3f %s\n", r.Entrants[i].Name, f.Value, g.Value, g.StdErr, m.Pruning, m.Share, m.StdErr, m.Reason)
		}
		fmt.Println(x.Facts, x.Cost)
	}
	_, err = r.Run(context.Background())
	require.NoError(t, err)
}
