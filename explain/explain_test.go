package explain_test

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/explain"
	"github.com/dendra-net/dendra/fixed"
	"github.com/dendra-net/dendra/yuma"
)

// small is an epoch of two validators (0, 1) and two miners (2, 3), stored as it is computed.
func small() explain.Epoch {
	e := explain.Epoch{
		Netuid: 1, Index: 3, Height: 40, StakeRao: []uint64{600, 400, 0, 0}, CountedRao: []uint64{600, 400, 0, 0}, PermitHeld: []bool{true, true, false, false},
		PendingRao: 1_000_000, OwnerRao: 100_000, OwnerCut: 6554, Owner: "olga", Neurons: make([]explain.Neuron, 4),
		Input: yuma.Input{
			Params: yuma.ChainParams(), Block: 40, LastStepBlock: 30, Emission: 900_000, Stake: []uint64{600, 400, 0, 0},
			LastUpdate: []uint64{35, 35, 1, 1}, RegisteredAt: []uint64{1, 1, 1, 1}, Permits: []bool{true, true, false, false},
			Weights: [][]yuma.Weight{{{UID: 2, Value: 3}, {UID: 3, Value: 1}}, {{UID: 1, Value: 9}, {UID: 2, Value: 1}, {UID: 3, Value: 1}}, nil, nil},
			Bonds:   [][]yuma.Cell{{{UID: 2, Value: fixed.FracOne / 4}}, nil, nil, nil},
		},
	}
	out := yuma.Epoch(e.Input)
	for uid := range e.Neurons {
		e.Neurons[uid] = explain.Neuron{Hotkey: "hot" + string(rune('0'+uid)), RegisteredAt: 1}
		s := &e.Stored
		s.StakeWeight, s.Consensus = append(s.StakeWeight, uint64(out.Stake[uid].Q())), append(s.Consensus, uint64(out.Consensus[uid].Q()))
		s.Incentive, s.Dividend = append(s.Incentive, uint64(out.Incentive[uid].Q())), append(s.Dividend, uint64(out.Dividends[uid].Q()))
		s.ValidatorTrust = append(s.ValidatorTrust, uint64(out.ValidatorTrust[uid].Q()))
	}
	s := &e.Stored
	s.ServerRao, s.ValidatorRao, s.Permit, s.Active, s.Bonds = out.ServerEmission, out.ValidatorEmission, out.NewPermits, out.Active, out.Bonds
	s.OwnerRao, s.CountedRao, s.Memory = e.OwnerRao, e.CountedRao, out.Memory
	return e
}

func TestEveryStoredNumberIsCompared(t *testing.T) {
	require.True(t, explain.Recompute(small()).Equal())
	for field, change := range map[string]func(*explain.Results){
		"stake_weight":    func(s *explain.Results) { s.StakeWeight[1]++ },
		"consensus":       func(s *explain.Results) { s.Consensus[2]++ },
		"incentive":       func(s *explain.Results) { s.Incentive[3]-- },
		"dividend":        func(s *explain.Results) { s.Dividend[0]-- },
		"validator_trust": func(s *explain.Results) { s.ValidatorTrust[0]++ },
		"server_rao":      func(s *explain.Results) { s.ServerRao[2]++ },
		"validator_rao":   func(s *explain.Results) { s.ValidatorRao[0]++ },
		"permit":          func(s *explain.Results) { s.Permit[2] = true },
		"active":          func(s *explain.Results) { s.Active[0] = !s.Active[0] },
		"owner_rao":       func(s *explain.Results) { s.OwnerRao++ },
		"carried_rao":     func(s *explain.Results) { s.CarriedRao++ },
		"counted_rao":     func(s *explain.Results) { s.CountedRao = []uint64{600, 401} },
		"correlation":     func(s *explain.Results) { s.Memory.Correlation = []int64{0, 1} },
		"average_votes":   func(s *explain.Results) { s.Memory.Votes[0][0].Value++ },
		"median":          func(s *explain.Results) { s.Memory.Median[2]++ },
		"before":          func(s *explain.Results) { s.Memory.Before[2]++ },
		"fast":            func(s *explain.Results) { s.Memory.Fast[2]++ },
		"slow":            func(s *explain.Results) { s.Memory.Slow[2]++ },
		"slowest":         func(s *explain.Results) { s.Memory.Slowest[2]++ },
		"bonds":           func(s *explain.Results) { s.Bonds[0][0].Value++ },
	} {
		e := small()
		change(&e.Stored)
		list, more := explain.Recompute(e).Differences()
		require.Len(t, list, 1, field)
		require.Zero(t, more)
		require.Equal(t, field, list[0].Field)
	}
	e := small()
	e.Stored = explain.Results{}
	require.False(t, explain.Recompute(e).Equal(), "no results at all are no agreement")
}

func TestManyDifferencesAreCounted(t *testing.T) {
	e := small()
	e.Neurons = make([]explain.Neuron, 200)
	e.Stored.ServerRao = make([]uint64, 200)
	for i := range e.Stored.ServerRao {
		e.Stored.ServerRao[i] = 1
	}
	list, more := explain.Recompute(e).Differences()
	require.Len(t, list, 64)
	require.Greater(t, more, 100)
}

func TestIncentiveByHand(t *testing.T) {
	x := explain.Recompute(small()).Incentive(2)
	require.Equal(t, uint64(1000), x.VotingRao)
	require.Equal(t, uint64(501), x.NeedRao)
	require.Len(t, x.Votes, 2)
	require.Equal(t, uint16(0), x.Votes[0].UID)
	require.True(t, x.Votes[0].Line, "600 of 1000 are a majority")
	require.Equal(t, "0.75", x.Votes[0].Weight.String())
	require.Equal(t, "0.5", x.Votes[1].Weight.String(), "the vote for itself does not count")
	require.Equal(t, "0.75", x.Consensus.String())
	require.InDelta(t, 0.65, x.Rank.Float(), 1e-15)
	require.InDelta(t, 0.65/0.9, x.Incentive.Float(), 1e-12, "the other miner has 0.25 from both: 0.25")
	require.Equal(t, []explain.Ignored{{UID: 1, Hotkey: "hot1", Reason: explain.IgnoredSelf}}, explain.Recompute(small()).Incentive(1).Ignored)

	e := small()
	e.Input.RegisteredAt[2], e.Input.LastUpdate[1], e.Input.Params.ActivityCutoff = 34, 33, 6
	e.Input.Permits[0] = false
	require.Equal(t, []explain.Ignored{{0, "hot0", explain.IgnoredNoPermit}, {1, "hot1", explain.IgnoredTooYoung}}, explain.Recompute(e).Incentive(2).Ignored)
	require.Equal(t, explain.IgnoredInactive, explain.Recompute(e).Incentive(3).Ignored[1].Reason)
	e.Input.LastUpdate[1], e.Input.Stake[1] = 40, 0
	require.Equal(t, explain.IgnoredNoStake, explain.Recompute(e).Incentive(3).Ignored[1].Reason)
}

func TestPermitReasons(t *testing.T) {
	e := small()
	e.Input.Params.MaxValidators, e.Input.Params.MinStake = 1, 0
	r := explain.Recompute(e)
	require.Equal(t, explain.PermitAmongLargest, r.Permit(0).Reason)
	require.Equal(t, explain.PermitOutranked, r.Permit(1).Reason)
	require.Equal(t, uint64(600), r.Permit(1).ThresholdRao)
	require.Equal(t, explain.PermitNoStake, r.Permit(2).Reason)
	e.Input.Params.MinStake = 500
	require.Equal(t, explain.PermitBelowMinimum, explain.Recompute(e).Permit(1).Reason)
	e.Input.Params.MinStake, e.CountedRao, e.Input.Stake = 0, make([]uint64, 4), []uint64{1, 0, 0, 0}
	require.Equal(t, explain.PermitFairStart, explain.Recompute(e).Permit(0).Reason)
	require.Equal(t, explain.PermitTooLate, explain.Recompute(e).Permit(1).Reason)
}

func TestPayGoesToWhomTheTakeSays(t *testing.T) {
	r := explain.Recompute(small())
	x := r.Emission(0, explain.Pool{TakeU16: 65535 / 5, Holders: []explain.Holder{{"a", 1}, {"b", 7}}})
	require.Equal(t, x.Validator.Rao/5, x.To.TakeRao)
	require.Equal(t, x.Validator.Rao-x.To.TakeRao, x.To.DelegatorsRao)
	require.Equal(t, "b", x.To.Holders[0].Coldkey)
	e := small()
	e.StakeRao[0] = 0
	x = explain.Recompute(e).Emission(0, explain.Pool{})
	require.Equal(t, x.Validator.Rao, x.To.UnsharedRao, "with nobody behind it the owner gets all")
	require.Zero(t, x.To.DelegatorsRao)
}

// The order is what the chain's rule gives when it is asked again and again.
func TestOrderOfReplacementIsTheChainsRule(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		s := explain.Slots{Height: 50, MinReplaceable: uint32(random.IntN(6)), ImmunityBlocks: int64(random.IntN(40))}
		in := yuma.PruneInput{Block: 50, ImmunityPeriod: uint64(s.ImmunityBlocks), MinNonImmune: int(s.MinReplaceable)}
		for range 1 + random.IntN(12) {
			at, paid := 10+int64(random.IntN(41)), uint64(random.IntN(3))
			s.Neurons = append(s.Neurons, explain.Slot{Neuron: explain.Neuron{RegisteredAt: at}, PaidRao: paid})
			in.Emission, in.RegisteredAt = append(in.Emission, paid), append(in.RegisteredAt, uint64(at))
			in.Immortal = append(in.Immortal, at == 50)
		}
		for _, c := range s.Order() {
			uid, found := yuma.PruneChoice(in)
			require.True(t, found)
			require.Equal(t, uid, int(c.UID))
			in.Immortal[uid] = true
		}
		_, found := yuma.PruneChoice(in)
		require.False(t, found)
	}
}

// judged is the small epoch on a subnet that replaces by evidence: all four have a voice there.
func judged() explain.Epoch {
	e := small()
	e.Jury = &explain.Jury{
		OldestEpoch: 2, VoiceRao: []uint64{400, 300, 200, 100},
		Notes:    []explain.Note{{UID: 0, Epoch: 3, Digest: "aa", URL: "http://a"}, {UID: 1, Epoch: 2, Digest: "bb"}, {UID: 2, Epoch: 1, Digest: "cc"}},
		Opinions: [][]explain.Opinion{nil, nil, {{UID: 0, Ubits: 9}, {UID: 1, Ubits: 5}}, {{UID: 0, Ubits: 7}}},
	}
	e.Stored.PruningUbits = []uint32{0, 0, 5, 0}
	for uid := range e.Neurons {
		e.Stored.Judges = append(e.Stored.Judges, e.Stored.Dividend[uid] > 0)
	}
	return e
}

func TestVerdictByHand(t *testing.T) {
	s := explain.Slots{Height: 41, Epoch: 3, ByEvidence: true, MaxNeurons: 4}
	for uid, n := range judged().Neurons {
		s.Neurons = append(s.Neurons, explain.Slot{Neuron: n, PruningUbits: judged().Stored.PruningUbits[uid]})
	}
	x := explain.Recompute(judged()).Prune(2, s)
	require.True(t, x.EqualToChain, "%v", x.Differences)
	v := x.Verdict
	require.Equal(t, uint64(1000), v.VoiceRao)
	require.Equal(t, uint64(501), v.NeedRao)
	require.Equal(t, uint32(5), v.PruningUbits)
	require.Equal(t, explain.Said{UID: 0, Hotkey: "hot0", VoiceRao: 400, VoiceShare: v.Said[0].VoiceShare, HeardShare: v.Said[0].VoiceShare, What: explain.SaidScore, PruningUbits: 9, HeardRao: 400,
		Epoch: 3, Digest: "aa", URL: "http://a"}, v.Said[0])
	require.InDelta(t, 0.4, v.Said[0].VoiceShare.Float(), 1e-15)
	require.True(t, v.Said[1].Line, "9 has 400 of 1000 behind it, 5 has 700")
	require.Equal(t, explain.SaidTooOld, v.Said[2].What)
	require.Equal(t, explain.SaidNever, v.Said[3].What)
	require.Equal(t, uint64(1000), v.Said[3].HeardRao)
	require.Equal(t, "1", v.Said[3].HeardShare.String())

	v = explain.Recompute(judged()).Prune(3, s).Verdict
	require.Zero(t, v.PruningUbits, "400 of 1000 are no majority")
	require.Equal(t, explain.SaidNothing, v.Said[1].What)
	require.True(t, v.Said[1].Line, "silence says 0, and is heard")

	s.Neurons[2].PruningUbits = 6
	x = explain.Recompute(judged()).Prune(2, s)
	require.Equal(t, []explain.Difference{{Field: "pruning_ubits", UID: 2, Chain: "6", Recomputed: "5"}}, x.Differences)
	require.False(t, x.EqualToChain)
	s.Neurons[2].Generation++
	require.Nil(t, explain.Recompute(judged()).Prune(2, s).Verdict, "nobody judged the newcomer")
	s.ByEvidence = false
	require.Nil(t, explain.Recompute(judged()).Prune(3, s).Verdict)

	for field, change := range map[string]func(*explain.Results){
		"pruning_ubits": func(r *explain.Results) { r.PruningUbits[3]++ },
		"judges":        func(r *explain.Results) { r.Judges[2] = true },
	} {
		e := judged()
		change(&e.Stored)
		list, _ := explain.Recompute(e).Differences()
		require.Len(t, list, 1, field)
		require.Equal(t, field, list[0].Field)
	}
	e := judged()
	e.Jury.VoiceRao, e.Jury.Opinions = nil, nil
	e.Stored.PruningUbits = nil
	require.True(t, explain.Recompute(e).Equal(), "who has no voice says nothing")
}

func TestSharesAreExactInJSON(t *testing.T) {
	for share, want := range map[explain.Share]string{
		0: "0", 1: "0.0000000000000000001", 2: "0.0000000000000000002", 1 << 62: "0.5", 1 << 63: "1", 1<<63 - 1: "0.9999999999999999999", 1<<64 - 1: "1",
	} {
		got, err := json.Marshal(share)
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
	raw, err := json.Marshal(explain.Recompute(small()).Emission(0, explain.Pool{}))
	require.NoError(t, err)
	require.Contains(t, string(raw), `"pending_rao":"1000000"`)
	require.True(t, strings.HasPrefix(string(raw), `{"about":"emission","netuid":1,"epoch":3,`), string(raw))
}
