package cli

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/explain"
)

func TestLongListsAreCut(t *testing.T) {
	x := explain.Emission{About: explain.About{EqualToChain: true}, PaidRao: 1}
	for i := range 50 {
		x.Earners = append(x.Earners, explain.Earner{UID: uint16(i), Hotkey: fmt.Sprint("hot", i)})
	}
	var short, long bytes.Buffer
	p := page{}
	p.emission(x)
	require.NoError(t, p.write(&short, x.Head()))
	require.Contains(t, short.String(), "  and 30 more (--all)\n")
	require.NotContains(t, short.String(), "hot20")
	p = page{all: true}
	p.emission(x)
	require.NoError(t, p.write(&long, x.Head()))
	require.Contains(t, long.String(), "hot49")
	require.NotContains(t, long.String(), "--all")
}

func TestDifferencesAreShownAndAnError(t *testing.T) {
	head := explain.About{Netuid: 1, Epoch: 4, Differences: []explain.Difference{{Field: "incentive", UID: 2, Chain: "7", Recomputed: "8"}, {Field: "owner_rao", UID: -1, Chain: "1", Recomputed: "0"}}, MoreDifferences: 3}
	x := explain.Permit{About: head, Reason: explain.PermitNoStake}
	var out bytes.Buffer
	p := page{}
	p.permit(x)
	require.NoError(t, p.write(&out, x.Head()))
	require.Contains(t, out.String(), "computed again: DIFFERS from the chain's")
	require.Regexp(t, `(?m)^incentive +2 +7 +8$`, out.String())
	require.Regexp(t, `(?m)^owner_rao +- +1 +0$`, out.String())
	require.True(t, strings.HasSuffix(out.String(), "and 3 more\n"))
	err := agreement(head)
	require.ErrorContains(t, err, "epoch_differs: the results of epoch 4 of subnet 1 are not what its records give, in 5 places; the first: incentive of the neuron 2 is 7 on the chain, 8 when computed again")
	require.Equal(t, 1, render(&out, err, false))
	require.NoError(t, agreement(explain.About{EqualToChain: true}))
}

// Names come from the chain: nothing in them reaches the terminal as a control code.
func TestNamesAreDisarmed(t *testing.T) {
	x := explain.Prune{About: explain.About{Hotkey: "\x1b[2Jx", EqualToChain: true}, Order: []explain.Candidate{{Hotkey: "\x1b[2Jy"}}}
	var out bytes.Buffer
	p := page{}
	p.prune(x)
	require.NoError(t, p.write(&out, x.Head()))
	require.NotContains(t, out.String(), "\x1b")
}

// Where scores decide, the page shows them, and that a validator has none.
func TestScoresAreShownWhereTheyDecide(t *testing.T) {
	x := explain.Prune{
		About: explain.About{EqualToChain: true, UID: 1}, ByEvidence: true, PruningUbits: 41_000, Place: 2, Next: &explain.Candidate{UID: 2},
		Order: []explain.Candidate{{Place: 1, UID: 2}, {Place: 2, UID: 1, PruningUbits: 41_000, PaidRao: 7}, {Place: 3, UID: 0, Judge: true}},
	}
	show := func() string {
		var out bytes.Buffer
		p := page{}
		p.prune(x)
		require.NoError(t, p.write(&out, x.Head()))
		return out.String()
	}
	require.Contains(t, show(), "no epoch has closed that judged this neuron: its score is 0")
	x.Verdict = &explain.Verdict{VoiceRao: 5e9, NeedRao: 2_500_000_001, OldestEpoch: 6, PruningUbits: 41_000, Said: []explain.Said{
		{UID: 0, Hotkey: "\x1b[2Jval", VoiceRao: 4e9, VoiceShare: 1 << 62, What: explain.SaidScore, PruningUbits: 41_000, HeardRao: 4e9, HeardShare: 1 << 62, Line: true, Epoch: 8, Digest: "5eed0123456789abcdef"},
		{UID: 7, VoiceRao: 1e9, What: explain.SaidNever, HeardRao: 5e9, HeardShare: 1 << 63}}}
	page := show()
	require.NotContains(t, page, "\x1b")
	require.Regexp(t, `(?m)^ +0 .* 4\.0+ +50\.000 +0\.041000 +50\.000 +<- line +8 +5eed0123456789ab$`, page)
	require.Regexp(t, `(?m)^ +7 .* 0\.000000 +published none +100\.000$`, page)
	require.Regexp(t, `(?m)^ +majority +.* 2\.500000001 TAO$`, page)
	require.Contains(t, page, "no evidence was fetched", "notes are what validators say themselves")
	require.Contains(t, page, "dendra subnet audit 0 --validator UID --epoch E")
	require.Regexp(t, `(?m)^ +adds +bits per byte, as a majority of validators' stake says +0\.041000$`, page)
	require.Regexp(t, `(?m)^ +2 +1 .* 0\.041000 +<-$`, page)
	require.Regexp(t, `(?m)^ +3 +0 .* validates *$`, page)
	x.UID, x.Judge, x.Place = 0, true, 3
	require.Regexp(t, `(?m)^ +adds +.* validates$`, show())
	x.ByEvidence, x.Judge = false, false
	require.NotContains(t, strings.ToUpper(show()), "ADDS")
}

func TestEveryReasonHasWords(t *testing.T) {
	for _, reason := range []string{explain.PermitAmongLargest, explain.PermitBelowMinimum, explain.PermitFairStart, explain.PermitNoStake, explain.PermitOutranked, explain.PermitTooLate} {
		require.NotEmpty(t, permitReasons[reason], reason)
	}
	for _, reason := range []string{explain.IgnoredInactive, explain.IgnoredNoPermit, explain.IgnoredNoStake, explain.IgnoredSelf, explain.IgnoredTooYoung} {
		require.NotEmpty(t, ignoredReasons[reason], reason)
	}
	for _, what := range []string{explain.SaidNothing, explain.SaidTooOld, explain.SaidNever} {
		require.NotEmpty(t, saidReasons[what], what)
	}
	require.Equal(t, "half of incentive, the other half is the validators'", halfOf("incentive", "validators'", 100, 50))
	require.Equal(t, "all of incentive: the other side earned nothing", halfOf("incentive", "validators'", 100, 100))
}
