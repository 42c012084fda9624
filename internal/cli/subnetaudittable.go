package cli

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/dendra-net/dendra/evidence"
	"github.com/dendra-net/dendra/evidence/audit"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
)

// auditView is the fixed JSON form of "subnet audit". Fields are only ever added.
type auditView struct {
	*audit.Report
	Compared int    `json:"compared"`
	Wrong    int    `json:"wrong"`
	Verdict  string `json:"verdict"` // "right" or "wrong"
}

func newAuditView(r *audit.Report) auditView {
	v := auditView{Report: r, Verdict: "wrong"}
	if r.Right {
		v.Verdict = "right"
	}
	for _, c := range r.Checks {
		v.Compared, v.Wrong = v.Compared+c.Done, v.Wrong+c.Wrong
	}
	return v
}

func (v auditView) print(w io.Writer, names map[neuron.Address]string) error {
	fmt.Fprintf(w, "subnet %d   epoch %d   kind %s   validator %s\n  evidence %s\n\n", v.Netuid, v.Epoch, term.Clean(v.Kind), nameOf(v.Validator, names), v.Digest)
	miners := term.Table{Columns: []term.Column{{Title: "UID", Right: true}, {Title: "MINER"}, {Title: "STORED", Right: true},
		{Title: "AGAIN", Right: true}, {Title: "DIFFERENCE", Right: true}, {Title: "WEIGHT", Right: true}}}
	for _, m := range v.Miners {
		miners.Add(strconv.Itoa(int(m.UID)), nameOf(m.Hotkey, names), strconv.FormatFloat(m.Stored, 'f', 6, 64), strconv.FormatFloat(m.Recomputed, 'f', 6, 64),
			strconv.FormatFloat(m.Difference, 'g', 2, 64), strconv.Itoa(int(m.Weight)))
	}
	if err := miners.Write(w); err != nil {
		return err
	}
	fmt.Fprintln(w)
	checks := term.Table{Columns: []term.Column{{Title: "CHECK"}, {Title: "COMPARED", Right: true}, {Title: "WRONG", Right: true}}}
	for _, c := range v.Checks {
		checks.Add(c.Name, strconv.Itoa(c.Done), strconv.Itoa(c.Wrong))
	}
	if err := checks.Write(w); err != nil {
		return err
	}
	for _, c := range v.Checks {
		for _, note := range c.Notes {
			fmt.Fprintf(w, "  %s: %s\n", c.Name, term.Clean(note))
		}
	}
	_, err := fmt.Fprintf(w, "\nverdict: %s (%d of %d compared)\n", v.Verdict, v.Compared-v.Wrong, v.Compared)
	return err
}

// notedEvidence is a line of "subnet audit" without a validator.
type notedEvidence struct {
	UID    uint16         `json:"uid"`
	Hotkey neuron.Address `json:"hotkey"`
	Epoch  uint64         `json:"epoch"`
	Height int64          `json:"height"` // of the note
	Digest string         `json:"sha256"`
	URL    string         `json:"url"`
	Scores int            `json:"pruning_scores"` // how many neurons the note has a pruning score of
}

// listEvidence shows what each validator of a subnet noted last.
func (a *app) listEvidence(ctx context.Context, netuid uint16) error {
	at, err := a.viewAt(ctx, 0)
	if err != nil {
		return err
	}
	if _, err := at.subnet(ctx, netuid); err != nil {
		return err
	}
	all, err := at.SubnetEvidence(ctx, netuid)
	if err != nil {
		return err
	}
	list := []notedEvidence{}
	for _, p := range all {
		list = append(list, notedEvidence{p.UID, p.Hotkey, p.Epoch, p.Height, evidence.Digest(p.Digest).String(), p.URL, len(p.UIDs)})
	}
	return a.emit(map[string]any{"netuid": netuid, "height": at.height, "evidence": list}, func(w io.Writer) error {
		return printEvidence(w, list, a.names())
	})
}

func printEvidence(w io.Writer, list []notedEvidence, names map[neuron.Address]string) error {
	t := term.Table{Columns: []term.Column{{Title: "UID", Right: true}, {Title: "VALIDATOR"}, {Title: "EPOCH", Right: true},
		{Title: "NOTED AT", Right: true}, {Title: "PRUNING SCORES", Right: true}, {Title: "EVIDENCE"}}}
	for _, e := range list {
		t.Add(strconv.Itoa(int(e.UID)), nameOf(e.Hotkey, names), strconv.FormatUint(e.Epoch, 10), strconv.FormatInt(e.Height, 10), strconv.Itoa(e.Scores), term.Clean(e.URL))
	}
	return t.Write(w)
}
