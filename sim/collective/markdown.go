package collective

import (
	"fmt"
	"io"
	"strings"

	"github.com/dendra-net/dendra/mix/merit"
)

// Markdown writes the table as it stands in the documentation.
func (t Table) Markdown(out io.Writer) error {
	var b strings.Builder
	w := t.Whole
	fmt.Fprintf(&b, "%d worlds of %d epochs, %d positions each.\n\n", t.Seeds, t.Epochs, t.Positions)
	fmt.Fprintf(&b, "The collective was better than its best member in %d of %d epochs, by two standard errors or more in %d: %.3f against %.3f bits per byte, a gain of %.3f (standard error in one epoch: %.3f).\n\n",
		w.Better, w.Epochs, w.Surely, w.Mixture, w.Best, w.Gain, w.GainSE)
	b.WriteString("| miner | loss | skill | pruning score | share |\n|---|---|---|---|---|\n")
	for _, m := range t.Members {
		fmt.Fprintf(&b, "| %s | %.3f | %.3f | %.4f | %.1f %% |\n", m.Name, m.Loss, m.Skill, m.Pruning, 100*m.Share)
	}
	b.WriteString("\n| honest newcomer | games | tells (bits) | standard error | let in at once | let in |\n|---|---|---|---|---|---|\n")
	for _, n := range t.Newcomers {
		fmt.Fprintf(&b, "| %s | %d | %.4f | %.4f | %.0f %% | %.0f %% |\n", n.Name, n.Games, n.Marginal, n.Error, 100*n.AtOnce, 100*n.Admitted)
	}
	fmt.Fprintf(&b, "\n| turns of (times what chance leaves) | panels | least | median | most | above %.1f | above %.1f |\n|---|---|---|---|---|---|---|\n", merit.Doubtful, merit.Turned)
	for _, n := range t.Turns {
		fmt.Fprintf(&b, "| %s | %d | %.2f | %.2f | %.2f | %.1f %% | %.1f %% |\n", n.Of, n.Count, n.Least, n.Median, n.Most, 100*n.Doubtful, 100*n.Turned)
	}
	b.WriteString("\n| copy trained on | of | effort | games | tells (bits) | standard error | let in | earns, mean | earns, most | victim keeps, mean | victim keeps, worst | both |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, c := range t.Tuned {
		fmt.Fprintf(&b, "| %s | %s | %.0f %% | %d | %.4f | %.4f | %.0f %% | %.1f %% | %.1f %% | %.1f %% | %.1f %% | %.1f %% |\n", c.Name, c.Of, 100*c.Effort, c.Games,
			c.Marginal, c.Error, 100*c.Admitted, 100*c.Child, 100*c.ChildWorst, 100*c.Kept, 100*c.KeptWorst, 100*c.Both)
	}
	b.WriteString("\n| cheat | victims | games | let in | tells (bits) | thief, mean | thief, worst | victim keeps, mean | victim keeps, worst | anyone keeps, worst | the worst was |\n|---|---|---|---|---|---|---|---|---|---|---|\n")
	for _, r := range t.Cheats {
		fmt.Fprintf(&b, "| %s | %d | %d | %.0f %% | %.4f | %.1f %% | %.1f %% | %.1f %% | %.1f %% | %.1f %% | %s, of %s |\n", r.Cheat, len(r.Victims), r.Games,
			100*r.Admitted, r.Marginal, 100*r.Thief, 100*r.ThiefWorst, 100*r.Kept, 100*r.KeptWorst, 100*r.OthersWorst, r.Variant, r.Victim)
	}
	_, err := io.WriteString(out, b.String())
	return err
}
