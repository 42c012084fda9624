package cli

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/sim/collective"
)

func (a *app) simCollectiveCommand() *cobra.Command {
	var o collective.Options
	c := &cobra.Command{Use: "collective", Short: "Play cheats against the payment rule of collectives, with real models", Args: args(0, 0),
		RunE: func(c *cobra.Command, _ []string) error { return a.playCollective(c.Context(), o) }}
	c.Flags().IntVar(&o.Seeds, "worlds", 5, "worlds of text that figures are over")
	c.Flags().IntVar(&o.Epochs, "epochs", 4, "epochs of each, 3 to 20")
	c.Flags().IntVar(&o.Passages, "passages", 104, "passages of an epoch, of 24 positions each, 40 to 1000")
	c.Flags().Uint64Var(&o.Seed, "seed", 1, "of the first world")
	return laboratory(c)
}

func (a *app) playCollective(ctx context.Context, o collective.Options) error {
	line := term.NewLine(a.Stderr, term.Live(a.Stderr, a.Getenv))
	o.Report = func(done, of int) { line.Show("%d of %d worlds", done, of) }
	line.Show("0 of %d worlds", o.Seeds)
	table, err := collective.Run(ctx, o)
	line.Clear()
	if errors.Is(err, collective.ErrOptions) {
		return usagef("bad_value", "%v", err).withFix("dendra sim collective --worlds 5 --epochs 4")
	}
	if err != nil {
		return err
	}
	return a.emit(table, func(w io.Writer) error { return table.Markdown(w) })
}
