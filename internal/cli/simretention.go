package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/plot"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/sim/retention"
)

// Tables of "dendra sim retention" that are held against published ones.
const (
	allContours = "contours"
	shareTable  = "shares"
)

// maxSeeds bounds how many networks a figure may be the mean over.
const maxSeeds = 1000

func (a *app) simRetentionCommand() *cobra.Command {
	var table, picture string
	var seeds int
	c := &cobra.Command{Use: "retention", Short: "How much an honest majority must vote for itself to keep its pay", Args: args(0, 0),
		Long: "How much an honest majority must vote for itself to keep its pay\n\n" +
			"Finds the least part of honest votes for honest servers with which honest validators keep their stake's part of the\n" +
			"emission against a cabal. Tables:\n\n" +
			"  " + allContours + "  all drawings published of the original, or one of them by name:\n            " +
			strings.Join(retention.PlotNames(), "\n            ") + "\n" +
			"  " + shareTable + "    the published table of shares\n" +
			"  and of this chain's rules: " + strings.Join(retention.TableNames(), ", "),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := checkRetention(table, picture, seeds); err != nil {
				return err
			}
			return a.playRetention(c.Context(), table, picture, seeds)
		}}
	c.Flags().StringVar(&table, "table", allContours, "table to play; see above")
	c.Flags().IntVar(&seeds, "seeds", 0, "networks that a figure is the mean over; 0 is as many as the table asks for")
	c.Flags().StringVar(&picture, "plot", "", "draw the table into this file, .svg or .png")
	return laboratory(c)
}

// checkRetention refuses what would be found wrong only after the computation.
func checkRetention(table, picture string, seeds int) error {
	ours := slices.Contains(retention.TableNames(), table)
	if !ours && table != allContours && table != shareTable && !slices.Contains(retention.PlotNames(), table) {
		return usagef("bad_value", "there is no table %q", table).withFix("dendra sim retention --help lists the tables")
	}
	if seeds < 0 || seeds > maxSeeds {
		return usagef("bad_value", "%d seeds; want 1 to %d, or 0 for the usual number", seeds, maxSeeds).withFix("dendra sim retention --seeds 10")
	}
	if picture != "" && ours && !retention.Drawable(table) {
		return usagef("nothing_to_plot", "the lines of table %q are no numbers", table).withFix("leave --plot out, or draw another table")
	}
	return checkPicture(picture)
}

// retentionTable is what was played: it can be printed and drawn.
type retentionTable interface {
	Chart() plot.Chart
}

func (a *app) playRetention(ctx context.Context, table, picture string, seeds int) error {
	line, began := term.NewLine(a.Stderr, term.Live(a.Stderr, a.Getenv)), time.Now()
	defer line.Clear()
	result, print, err := computeRetention(ctx, table, retention.Options{Seeds: seeds, Progress: func(done, total int) {
		line.Show("%d of %d, %s left", done, total, term.ETA(float64(total-done), float64(done)/time.Since(began).Seconds()))
	}})
	line.Clear()
	if err != nil {
		return err
	}
	if picture != "" {
		if err := result.Chart().Write(picture); err != nil {
			return err
		}
	}
	return a.emit(result, print)
}

// computeRetention plays a table and returns it with the way people read it.
func computeRetention(ctx context.Context, table string, o retention.Options) (retentionTable, func(io.Writer) error, error) {
	if table == shareTable {
		t, err := retention.TableShares(ctx, o)
		return t, func(w io.Writer) error { return printShares(w, t) }, err
	}
	if slices.Contains(retention.TableNames(), table) {
		t, err := retention.Play(ctx, table, o)
		return t, func(w io.Writer) error { return printRetention(w, t) }, err
	}
	var names []string
	if table != allContours {
		names = []string{table}
	}
	t, err := retention.PlotContours(ctx, o, names...)
	return t, func(w io.Writer) error { return printContours(w, t) }, err
}

// printContours prints what the comparison found by drawing, then every point of a drawing that stands alone.
func printContours(w io.Writer, c retention.Contours) error {
	t := term.Table{Columns: []term.Column{{Title: "DRAWING"}, {Title: "POINTS", Right: true}, {Title: "WORST DIFFERENCE", Right: true},
		{Title: "AT HONEST STAKE (%)", Right: true}, {Title: "CABAL SELF-WEIGHT", Right: true}, {Title: "PUBLISHED", Right: true}, {Title: "OURS", Right: true}}}
	byPlot := c.ByPlot()
	for _, p := range byPlot {
		t.Add(p.Name, fmt.Sprint(p.Points), fmt.Sprintf("%.4f", p.Worst.Off()), fmt.Sprint(p.Worst.HonestStakePct), fmt.Sprintf("%.2f", p.Worst.CabalSelf),
			fmt.Sprintf("%.3f", p.Worst.Published), fmt.Sprintf("%.4f", p.Worst.Utility))
	}
	if err := t.Write(w); err != nil {
		return err
	}
	if len(byPlot) == 1 {
		if err := printLines(w, c); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%d points compared in %d networks each, %d more cannot be read off the drawings; worst difference %.4f (%s)\n%d beyond %.2f\n",
		len(c.Points), c.Seeds, c.Unreadable, c.Worst.Off(), where(c.Worst), len(c.Beyond), retention.Tolerance)
	for _, p := range c.Beyond {
		if err == nil {
			_, err = fmt.Fprintf(w, "  %s: published %.3f, ours %.4f with a standard deviation of %.4f between networks\n", where(p), p.Published, p.Utility, p.Deviation)
		}
	}
	return err
}

func where(p retention.Point) string {
	return fmt.Sprintf("%s, %d %% honest stake, cabal self-weight %.2f", p.Plot, p.HonestStakePct, p.CabalSelf)
}

// printLines prints the utilities of one drawing, a line for each stake as the document has them.
func printLines(w io.Writer, c retention.Contours) error {
	t := term.Table{Columns: []term.Column{{Title: "HONEST STAKE (%)", Right: true}, {Title: "CABAL SELF-WEIGHT", Right: true},
		{Title: "PUBLISHED", Right: true}, {Title: "OURS", Right: true}, {Title: "BETWEEN NETWORKS", Right: true}}}
	for _, p := range c.Points {
		t.Add(fmt.Sprint(p.HonestStakePct), fmt.Sprintf("%.2f", p.CabalSelf), fmt.Sprintf("%.3f", p.Published), fmt.Sprintf("%.4f", p.Utility), fmt.Sprintf("%.4f", p.Deviation))
	}
	return t.Write(w)
}

func printShares(w io.Writer, s retention.Shares) error {
	t := term.Table{Columns: []term.Column{{Title: "NOISE"}, {Title: "LINES", Right: true}, {Title: "WORST DIFFERENCE", Right: true}, {Title: "OF"},
		{Title: "AT HONEST STAKE (%)", Right: true}, {Title: "UTILITY", Right: true}}}
	for _, n := range s.ByNoise() {
		off, what := n.Worst.Off()
		t.Add(fmt.Sprintf("%.1f", n.Noise), fmt.Sprint(n.Lines), fmt.Sprintf("%.4f", off), what, fmt.Sprint(n.Worst.HonestStakePct), fmt.Sprintf("%.2f", n.Worst.Utility))
	}
	if err := t.Write(w); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%d lines of %d figures compared in %d networks each; worst difference %.4f (%s at %d %% honest stake, utility %.2f, noise %.1f)\n%d lines beyond %.2f\n",
		len(s.Lines), retention.FigureCount, s.Seeds, s.Difference, s.Figure, s.Worst.HonestStakePct, s.Worst.Utility, s.Worst.Noise, s.Beyond, retention.Tolerance)
	return err
}

func printRetention(w io.Writer, r retention.Table) error {
	if _, err := fmt.Fprintf(w, "utility needed, %s\n", r.About); err != nil {
		return err
	}
	t := term.Table{Columns: []term.Column{{Title: "HONEST STAKE (%)", Right: true}, {Title: strings.ToUpper(r.Name)}, {Title: "UTILITY", Right: true},
		{Title: "WORST NETWORK", Right: true}, {Title: "BETWEEN NETWORKS", Right: true}, {Title: "STRONGEST ATTACK"}}}
	for _, l := range r.Lines {
		t.Add(fmt.Sprint(l.HonestStakePct), l.Varied, fmt.Sprintf("%.3f", l.Mean), fmt.Sprintf("%.3f", l.Worst), fmt.Sprintf("%.4f", l.Deviation), l.Attack.String())
	}
	return t.Write(w)
}
