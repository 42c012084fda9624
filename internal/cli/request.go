package cli

import (
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/gateway/requestlog"
	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
)

func (a *app) requestCommand() *cobra.Command {
	return a.noun("request", "Who answered and what it cost: list, show", a.requestList(), a.requestShow())
}

// requestPage is a page of the gateway's log.
type requestPage struct {
	Data    []requestlog.Record `json:"data"`
	HasMore bool                `json:"has_more"`
}

func (a *app) requestList() *cobra.Command {
	var limit int
	var before string
	c := &cobra.Command{Use: "list", Short: "List the newest requests", Args: args(0, 0)}
	api := a.apiFlags(c)
	c.Flags().IntVar(&limit, "limit", 20, "how many")
	c.Flags().StringVar(&before, "before", "", "only requests older than this one")
	c.RunE = func(c *cobra.Command, _ []string) error {
		g := api()
		defer g.http.CloseIdleConnections()
		query := url.Values{"limit": {strconv.Itoa(limit)}}
		if before != "" {
			query.Set("before", before)
		}
		page := requestPage{Data: []requestlog.Record{}}
		if err := g.read(c.Context(), "/v1/requests?"+query.Encode(), &page); err != nil {
			return err
		}
		return a.emit(map[string]any{"requests": page.Data, "has_more": page.HasMore}, func(w io.Writer) error { return printRequests(w, page.Data) })
	}
	return c
}

func printRequests(w io.Writer, records []requestlog.Record) error {
	t := term.Table{Columns: []term.Column{{Title: "REQUEST"}, {Title: "TIME"}, {Title: "MODEL"}, {Title: "NEURON", Right: true}, {Title: "OUTCOME"},
		{Title: "TOOK (ms)", Right: true}, {Title: "TOKENS IN", Right: true}, {Title: "OUT", Right: true}, {Title: "COST (TAO)", Right: true}, {Title: "TRIES", Right: true}}}
	for _, r := range records {
		t.Add(r.ID, r.Time.Local().Format("2006-01-02 15:04:05"), r.Model, neuronOf(r), r.Outcome, strconv.FormatInt(r.Micros/1000, 10),
			strconv.FormatUint(r.PromptTokens, 10), strconv.FormatUint(r.CompletionTokens, 10), decimalTAO(r.CostRao), strconv.Itoa(len(r.Attempts)))
	}
	return t.Write(w)
}

func neuronOf(r requestlog.Record) string {
	if r.Neuron == nil {
		return "-"
	}
	return strconv.Itoa(int(*r.Neuron))
}

func (a *app) requestShow() *cobra.Command {
	c := &cobra.Command{Use: "show ID", Short: "Show one request: every attempt, times, signatures, price", Args: args(1, 1)}
	api := a.apiFlags(c)
	c.RunE = func(c *cobra.Command, given []string) error {
		g := api()
		defer g.http.CloseIdleConnections()
		var r requestlog.Record
		if err := g.read(c.Context(), "/v1/requests/"+url.PathEscape(given[0]), &r); err != nil {
			return err
		}
		proof := proofOf(r)
		result := struct {
			requestlog.Record
			ProofHolds string `json:"proof_check"`
		}{r, proof}
		return a.emit(result, func(w io.Writer) error { return printRequest(w, r, proof) })
	}
	return c
}

// proofOf verifies the signatures of a record here, instead of believing the gateway.
func proofOf(r requestlog.Record) string {
	if r.Proof == nil || r.Proof.IsZero() {
		return "none"
	}
	if err := r.Proof.Verify(); err != nil {
		return "broken: " + err.Error()
	}
	return "verified"
}

func printRequest(w io.Writer, r requestlog.Record, proof string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "request %s  %s  %s  status %d  %s\n", r.ID, r.Model, r.Outcome, r.Status, r.Time.Local().Format(time.RFC3339))
	fmt.Fprintf(&b, "  %d in / %d out tokens   %s   took %.1f ms   signatures %s\n", r.PromptTokens, r.CompletionTokens, formatTAO(r.CostRao), float64(r.Micros)/1000, proof)
	if r.Error != "" {
		fmt.Fprintf(&b, "  error: %s\n", r.Error)
	}
	if r.UsageDiffers && r.Claimed != nil {
		fmt.Fprintf(&b, "  the miner claims %d in / %d out tokens; the gateway's count is billed\n", r.Claimed.PromptTokens, r.Claimed.CompletionTokens)
	}
	for _, at := range r.Attempts {
		fmt.Fprintf(&b, "  %8.1f ms  -> neuron %d (%s)  %s", float64(at.Start)/1000, at.UID, shortAddress(neuron.Address(at.Hotkey)), at.Outcome)
		if at.FirstByte > 0 {
			fmt.Fprintf(&b, "  first byte %.1f ms", float64(at.FirstByte)/1000)
		}
		fmt.Fprintf(&b, "  end %.1f ms  signature %s", float64(at.End)/1000, map[bool]string{true: "ok", false: "none"}[at.Signature])
		if at.Error != "" {
			fmt.Fprintf(&b, "  %s", at.Error)
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, printable(b.String()))
	return err
}
