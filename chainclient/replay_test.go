package chainclient_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/chain"
	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/explain"
	"github.com/dendra-net/dendra/internal/testchain"
	dendra "github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/seal"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/stake"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
	"github.com/dendra-net/dendra/x/weights/keeper"
)

const (
	tao        = 1_000_000_000
	netTempo   = 6
	netNeurons = 9
)

// network is a random subnet whose validators vote at random; newcomers push others out.
type network struct {
	*testchain.Chain
	t      *testing.T
	random *rand.Rand
	sealed bool
	who    []string // by uid
	secret map[string]seal.Vote
	joined int
}

func newNetwork(t *testing.T, seed uint64) *network {
	n := &network{t: t, random: rand.New(rand.NewPCG(seed, 7)), secret: map[string]seal.Vote{}}
	n.sealed = seed%2 == 1
	g := testchain.Genesis()
	g.Grants = []chain.Grant{{Address: testchain.Cold("whale").Address(), Rao: 500_000 * tao}}
	var members []testchain.Member
	for i := range netNeurons {
		m := testchain.Member{Name: fmt.Sprint("n", i)}
		if i < 5 && seed != 4 { // in network 4 nobody has stake: the fair start
			m.StakeRao = (1 + n.random.Uint64N(1000)) * tao
		}
		members, n.who = append(members, m), append(n.who, m.Name)
	}
	testchain.AddSubnet(&g, "random", func(h *subnet.Hyperparameters) {
		h.Tempo, h.WeightsRateLimit, h.CommitReveal, h.MinWeights = netTempo, 1, n.sealed, 1
		h.MaxNeurons, h.MaxValidators, h.ImmunityBlocks, h.MinReplaceable = netNeurons, 4, 5, 2
		h.Yuma3, h.LiquidAlpha = seed%3 > 0, seed%3 == 2
		h.MinDifficulty, h.ActivityCutoff = 1, 3*netTempo
		h.MinValidatorStakeRao, h.OwnerCutU16 = 0, uint32(n.random.IntN(11_000))
		if seed == 2 {
			h.MinValidatorStakeRao = 300 * tao
		}
		h.PruneByEvidence = seed > 2
	}, members...)
	if seed != 1 {
		g.Subnet.Subnets[0].Owner = testchain.Cold("olga").Address().String()
	}
	n.Chain = testchain.New(t, g)
	return n
}

// live is one epoch of the network: reveals, votes or commits, somebody who delegates, perhaps a newcomer. What the chain
// refuses is no harm.
func (n *network) live() {
	var voters []string
	for _, name := range n.who {
		if n.random.IntN(4) > 0 {
			voters = append(voters, name)
		}
	}
	if n.sealed {
		n.Block(n.reveals(voters)...)
		n.Block(n.commits(voters)...)
	} else {
		n.Block(n.open(voters)...)
	}
	n.Block(n.evidence(voters)...)
	if n.random.IntN(2) == 0 {
		n.newcomer()
	}
	to := testchain.Hot(n.who[n.random.IntN(len(n.who))]).Address().String()
	n.Deliver(testchain.Cold("whale"), &stake.MsgAddStake{Coldkey: testchain.Cold("whale").Address().String(), Hotkey: to, Rao: (1 + n.random.Uint64N(90)) * tao})
}

func (n *network) open(voters []string) (txs [][]byte) {
	for _, name := range voters {
		v, hot := n.ballot(), testchain.Hot(name)
		txs = append(txs, n.Sign(hot, &weights.MsgSetWeights{Hotkey: hot.Address().String(), Netuid: 1, Uids: wide(v.UIDs), Generations: v.Generations, Weights: wide(v.Weights)}))
	}
	return txs
}

func (n *network) reveals(voters []string) (txs [][]byte) {
	for _, name := range voters {
		if v, committed := n.secret[name]; committed {
			hot := testchain.Hot(name)
			txs = append(txs, n.Sign(hot, &weights.MsgRevealWeights{Hotkey: hot.Address().String(), Netuid: 1, Uids: wide(v.UIDs), Generations: v.Generations, Weights: wide(v.Weights), Salt: make([]byte, 16)}))
		}
	}
	return txs
}

func (n *network) commits(voters []string) (txs [][]byte) {
	for _, name := range voters {
		v, hot := n.ballot(), testchain.Hot(name)
		n.secret[name] = v
		hash := seal.Commit(testchain.ChainID, 1, hot.Address(), v, [16]byte{})
		txs = append(txs, n.Sign(hot, &weights.MsgCommitWeights{Hotkey: hot.Address().String(), Netuid: 1, Hash: hash[:]}))
	}
	return txs
}

// evidence is of each voter's vote in force, with random scores.
func (n *network) evidence(voters []string) (txs [][]byte) {
	client := keeper.NewQueryServer(n.App.Weights)
	rows, err := client.Rows(n.Ctx(), &weights.QueryRowsRequest{Netuid: 1})
	require.NoError(n.t, err)
	for _, r := range rows.Rows {
		if name := n.who[r.Uid]; slices.Contains(voters, name) {
			v, hot := n.ballot(), testchain.Hot(name)
			m := &weights.MsgPublishEvidence{
				Hotkey: hot.Address().String(), Netuid: 1, Epoch: r.Epoch, Digest: make([]byte, 32), Url: "http://" + name, Uids: wide(v.UIDs), Generations: v.Generations,
			}
			for range v.UIDs {
				m.PruningUbits = append(m.PruningUbits, uint32(n.random.IntN(3)))
			}
			txs = append(txs, n.Sign(hot, m))
		}
	}
	return txs
}

func (n *network) ballot() (v seal.Vote) {
	all, err := n.App.Neurons.All(n.Ctx(), 1)
	require.NoError(n.t, err)
	for uid, nr := range all {
		if n.random.IntN(4) > 0 {
			v.UIDs, v.Generations = append(v.UIDs, uint16(uid)), append(v.Generations, nr.Generation)
			v.Weights = append(v.Weights, uint16(1+n.random.IntN(65535)))
		}
	}
	if len(v.UIDs) == 0 {
		return n.ballot()
	}
	return v
}

// newcomer takes the slot of the weakest when there is one.
func (n *network) newcomer() {
	n.joined++
	name := fmt.Sprint("new", n.joined)
	if n.Block(n.Unsigned(n.Work(1, name))).TxResults[0].Code == 0 {
		nr, err := n.App.Neurons.ByHotkey(n.Ctx(), 1, testchain.Hot(name).Address())
		require.NoError(n.t, err)
		n.who[nr.Uid] = name
	}
}

func wide(in []uint16) (out []uint32) {
	for _, v := range in {
		out = append(out, uint32(v))
	}
	return out
}

// R-WEIGHTS-11: whatever happened on a subnet, any epoch that the node keeps is computed again to the last bit, and every
// number that explains it is the one that is stored.
func TestReplayOfRandomNetworks(t *testing.T) {
	for seed := range uint64(7) {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			n := newNetwork(t, seed)
			client := (&ledger{Chain: n.Chain}).serve(t)
			n.Block()
			closed := map[uint64]weights.Scores{0: n.scores()}
			for range 7 {
				n.live()
				n.To(n.due())
				s := n.scores()
				closed[s.Epoch] = s
			}
			paid := 0
			for epoch, s := range closed {
				e, err := client.Replay(t.Context(), 1, epoch)
				require.NoError(t, err)
				requireExplained(t, client, e, s)
				if s.CarriedRao == 0 {
					paid++
				}
			}
			require.Greater(t, paid, 1, "epochs that pay are what is tested")
			requireOrder(t, client, n)
			requireVerdicts(t, client, n)
		})
	}
}

func (n *network) scores() weights.Scores {
	s, err := n.App.Weights.Scores.Get(n.Ctx(), 1)
	require.NoError(n.t, err)
	return s
}

func (n *network) due() int64 {
	due, err := n.App.Weights.NextEpoch(n.Ctx(), 1)
	require.NoError(n.t, err)
	return due
}

// requireExplained compares every number of every explanation that the chain stores too.
func requireExplained(t *testing.T, client *chainclient.Client, e explain.Epoch, s weights.Scores) {
	r := explain.Recompute(e)
	list, more := r.Differences()
	require.True(t, r.Equal(), "%v and %d more", list, more)
	total := s.OwnerRao + s.CarriedRao
	for uid := range s.Generations {
		total += s.ServerRao[uid] + s.ValidatorRao[uid]
		u := uint16(uid)
		requireIncentive(t, r.Incentive(u), s)
		requireDividend(t, r.Dividend(u), s)
		pool, err := client.AtHeight(s.Height).Pool(t.Context(), dendra.Address(e.Neurons[uid].Hotkey))
		require.NoError(t, err)
		x := r.Emission(u, pool)
		requireEmission(t, x, s)
		if s.Height > 1 {
			before, err := client.AtHeight(s.Height-1).Pool(t.Context(), dendra.Address(e.Neurons[uid].Hotkey))
			require.NoError(t, err)
			requireIncomes(t, x, before, pool)
		}
		requirePermit(t, r.Permit(u), s)
	}
	require.Equal(t, total, r.PendingRao)
}

// whole is a share as the chain stores it, of 2^48.
func whole(s explain.Share) uint64 { return uint64(s) >> 15 }

func requireIncentive(t *testing.T, x explain.Incentive, s weights.Scores) {
	require.Equal(t, s.Incentive[x.UID], whole(x.Incentive))
	require.Equal(t, s.Consensus[x.UID], whole(x.Consensus))
	require.Equal(t, s.ServerRao[x.UID], x.ServerRao)
	var rank, at explain.Share
	held := uint64(0)
	for _, v := range x.Votes {
		held += v.StakeRao
		require.Equal(t, held, v.HeldRao)
		require.Equal(t, v.Weight, v.Clipped+v.Cut)
		rank += v.Rank
		if v.Line {
			require.Zero(t, at, "the line is crossed once")
			require.GreaterOrEqual(t, v.HeldRao, x.NeedRao)
			require.Less(t, v.HeldRao-v.StakeRao, x.NeedRao)
			at = v.Weight
		}
	}
	require.Equal(t, s.Consensus[x.UID], whole(at))
	require.InDelta(t, x.Rank.Float(), rank.Float(), 1e-15)
	require.InDelta(t, x.Incentive.Float()*x.RankSum.Float(), x.Rank.Float(), 1e-13)
}

func requireDividend(t *testing.T, x explain.Dividend, s weights.Scores) {
	require.Equal(t, s.Dividend[x.UID], whole(x.Dividend))
	require.Equal(t, s.ValidatorTrust[x.UID], whole(x.ValidatorTrust))
	require.Equal(t, s.ValidatorRao[x.UID], x.ValidatorRao)
	var income, sum explain.Share
	for _, b := range x.Bonds {
		income += b.Income
		require.Equal(t, s.Incentive[b.UID], whole(b.Incentive))
		if x.Rule != "plain" {
			require.InDelta(t, b.Before.Float()+b.Speed.Float()*(b.Buys.Float()-b.Before.Float()), b.Bond.Float(), 1e-12)
		}
	}
	require.InDelta(t, x.Income.Float(), income.Float(), 1e-15)
	for _, v := range x.Validators {
		sum += v.Dividend
		require.InDelta(t, v.Weighed.Float(), v.Earned.Float()*x.WeighedSum.Float(), 1e-12)
		require.InDelta(t, v.Earned.Float()*v.Kept.Float(), v.Dividend.Float()*x.KeptSum.Float(), 1e-12)
		require.Equal(t, s.Dividend[v.UID], whole(v.Dividend))
	}
	if x.WeighedSum > 0 {
		require.InDelta(t, 1, sum.Float(), 1e-9)
	}
}

func requireEmission(t *testing.T, x explain.Emission, s weights.Scores) {
	require.Equal(t, s.ServerRao[x.UID], x.Server.Rao)
	require.Equal(t, s.ValidatorRao[x.UID], x.Validator.Rao)
	require.Equal(t, s.OwnerRao, x.OwnerRao)
	require.Equal(t, s.CarriedRao > 0, x.Carried)
	for _, p := range []explain.Part{x.Server, x.Validator} {
		require.Equal(t, p.Rao, p.FloorRao+p.ExtraRao)
		require.LessOrEqual(t, p.ExtraRao, uint64(1))
	}
	if !x.Carried {
		require.Equal(t, x.PendingRao, x.OwnerRao+x.MinersRao+x.ValidatorsRao)
	}
	require.Equal(t, x.PaidRao, x.To.ColdkeyRao+x.To.DelegatorsRao)
	sum := uint64(0)
	for _, e := range x.Earners {
		require.Equal(t, s.ServerRao[e.UID]+s.ValidatorRao[e.UID], e.Rao)
		sum += e.Rao
	}
	require.Equal(t, x.MinersRao+x.ValidatorsRao, sum)
}

// requireIncomes compares what people hold behind a hotkey before and after the epoch with what is said of its pay.
func requireIncomes(t *testing.T, x explain.Emission, before, after explain.Pool) {
	held := map[string]uint64{}
	for _, h := range before.Holders {
		held[h.Coldkey] = h.StakeRao
	}
	for _, h := range after.Holders {
		gain := float64(0)
		if x.To.PoolRao > 0 {
			gain = float64(x.To.DelegatorsRao) * float64(held[h.Coldkey]) / float64(x.To.PoolRao)
		}
		if h.Coldkey == x.To.Coldkey {
			gain += float64(x.To.ColdkeyRao)
		}
		require.InDelta(t, gain, float64(h.StakeRao-held[h.Coldkey]), 3, "%s behind %s", h.Coldkey, x.Hotkey)
	}
}

func requirePermit(t *testing.T, x explain.Permit, s weights.Scores) {
	require.Equal(t, s.Permit[x.UID], x.Permit)
	require.Equal(t, s.Active[x.UID], x.Active)
	require.Equal(t, s.StakeRao[x.UID], x.StakeRao)
	require.Equal(t, x.Permit, x.Rank > 0 && x.Rank <= int(x.Seats))
	require.Equal(t, x.Permit, x.Reason == explain.PermitAmongLargest || x.Reason == explain.PermitFairStart)
	for _, seat := range x.Ranking {
		require.Equal(t, s.Permit[seat.UID], seat.Permit)
		require.True(t, x.FairStart || s.StakeRao[seat.UID] >= seat.StakeRao)
	}
}

// requireOrder compares who gives way next with what a registration would do.
func requireOrder(t *testing.T, client *chainclient.Client, n *network) {
	last, err := client.LastEpoch(t.Context(), 1)
	require.NoError(t, err)
	e, err := client.Replay(t.Context(), 1, last)
	require.NoError(t, err)
	for range 3 {
		slots, err := client.Slots(t.Context(), 1, 0)
		require.NoError(t, err)
		price, err := client.Neuron().Price(t.Context(), &neuron.QueryPriceRequest{Netuid: 1})
		require.NoError(t, err)
		x := explain.Recompute(e).Prune(0, slots)
		require.Equal(t, price.Replaces == nil, x.Next == nil)
		if x.Next != nil {
			require.Equal(t, price.Replaces.Uid, uint32(x.Next.UID))
		}
		n.newcomer()
	}
}

// requireVerdicts compares, for every neuron of every epoch, what the notes make of it with what the chain ranked by.
func requireVerdicts(t *testing.T, client *chainclient.Client, n *network) {
	last, scored := n.scores().Epoch, 0
	for epoch := range last + 1 {
		e, err := client.Replay(t.Context(), 1, epoch)
		require.NoError(t, err)
		slots, err := client.Slots(t.Context(), 1, e.Height)
		require.NoError(t, err)
		res, err := client.AtHeight(e.Height).Neuron().Ranking(t.Context(), &neuron.QueryRankingRequest{Netuid: 1})
		require.NoError(t, err)
		for uid := range slots.Neurons {
			x := explain.Recompute(e).Prune(uint16(uid), slots)
			require.Equal(t, slots.ByEvidence, x.Verdict != nil)
			if x.Verdict == nil {
				continue
			}
			require.True(t, x.EqualToChain)
			require.Equal(t, res.Ranking.PruningUbits[uid], x.Verdict.PruningUbits)
			require.Equal(t, res.Ranking.Judges[uid], x.Judge)
			requireMajority(t, *x.Verdict)
			scored += int(x.Verdict.PruningUbits)
		}
	}
	slots, err := client.Slots(t.Context(), 1, 0)
	require.NoError(t, err)
	require.Equal(t, slots.ByEvidence, scored > 0, "scores above zero are what is tested")
}

// requireMajority adds a verdict's voices up.
func requireMajority(t *testing.T, v explain.Verdict) {
	heard, lines := uint64(0), 0
	for i, s := range v.Said {
		require.True(t, i == 0 || s.PruningUbits <= v.Said[i-1].PruningUbits)
		heard += s.VoiceRao
		require.Equal(t, heard, s.HeardRao)
		require.Equal(t, s.What == explain.SaidNever, s.Digest == "")
		if s.Line {
			lines++
			require.Equal(t, v.PruningUbits, s.PruningUbits)
			require.Greater(t, 2*heard, v.VoiceRao)
			require.LessOrEqual(t, 2*(heard-s.VoiceRao), v.VoiceRao)
		}
	}
	require.Equal(t, v.VoiceRao, heard)
	require.Equal(t, min(len(v.Said), 1), lines)
}

// The order of replacement is what the chain's rule gives when it is asked again and again, by payout and by evidence.
func TestOrderOfReplacementIsTheChainsRule(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		rules := subnet.Hyperparameters{
			MinReplaceable: uint32(random.IntN(6)), ImmunityBlocks: int64(random.IntN(40)), PruneByEvidence: random.IntN(4) > 0,
		}
		s := explain.Slots{Height: 50, MinReplaceable: rules.MinReplaceable, ImmunityBlocks: rules.ImmunityBlocks, ByEvidence: rules.PruneByEvidence}
		var all []neuron.Neuron
		var r neuron.Ranking
		for uid := range uint32(1 + random.IntN(12)) {
			slot := explain.Slot{Neuron: explain.Neuron{RegisteredAt: 10 + int64(random.IntN(41))}, PaidRao: uint64(random.IntN(4))}
			if s.ByEvidence {
				slot.PruningUbits, slot.Judge = uint32(random.IntN(3)), random.IntN(3) == 0
			}
			s.Neurons = append(s.Neurons, slot)
			all = append(all, neuron.Neuron{Uid: uid, RegisteredAt: slot.RegisteredAt})
			r.EmissionRao, r.PruningUbits, r.Judges = append(r.EmissionRao, slot.PaidRao), append(r.PruningUbits, slot.PruningUbits), append(r.Judges, slot.Judge)
		}
		for _, c := range s.Order() {
			uid, found := neuron.Weakest(all, r, 50, rules)
			require.True(t, found)
			require.Equal(t, uid, uint32(c.UID))
			all[uid].RegisteredAt = 50 // a newcomer sits there now
		}
		_, found := neuron.Weakest(all, r, 50, rules)
		require.False(t, found)
	}
}

// A node that has forgotten heights says so; what has not closed, or was never there, has a name of its own.
func TestReplayOfWhatIsNotThere(t *testing.T) {
	n := newNetwork(t, 1)
	l := &ledger{Chain: n.Chain}
	client := l.serve(t)
	n.Block()
	n.To(1 + 20*netTempo)
	for epoch := range uint64(21) {
		e, err := client.Replay(t.Context(), 1, epoch)
		require.NoError(t, err)
		require.Equal(t, 1+int64(epoch)*netTempo, e.Height)
	}
	_, err := client.Replay(t.Context(), 1, 21)
	require.ErrorIs(t, err, chainclient.ErrNoEpoch)
	require.ErrorContains(t, err, "epoch 21 of subnet 1 has not closed; epoch 21 runs and ends at height 127")
	_, err = client.Replay(t.Context(), 9, 0)
	require.ErrorIs(t, err, &chainclient.TxError{Codespace: weights.ModuleName, Code: weights.ErrUnknownSubnet.ABCICode()})

	l.forgotten = 60 // epoch 10 closed at 61
	_, err = client.Replay(t.Context(), 1, 10)
	require.ErrorIs(t, err, chainclient.ErrPruned)
	_, err = client.Replay(t.Context(), 1, 9)
	require.ErrorIs(t, err, chainclient.ErrPruned)
	require.ErrorContains(t, err, "epoch 9 of subnet 1 closed at a height that this node has forgotten")
	_, err = client.Replay(t.Context(), 1, 11)
	require.NoError(t, err)
}

// A node may answer anything: it is refused, or found out by the comparison, and nothing panics.
func TestReplayOfALyingNode(t *testing.T) {
	n := newNetwork(t, 0)
	n.Block()
	for range 3 {
		n.live()
		n.To(n.due())
	}
	l := &ledger{Chain: n.Chain}
	client := l.serve(t)
	epoch, voter := n.scores().Epoch, n.voter()
	for name, lie := range map[string]func(*weights.QueryReplayResponse){
		"too few neurons":    func(p *weights.QueryReplayResponse) { p.Neurons = p.Neurons[1:] },
		"no neurons":         func(p *weights.QueryReplayResponse) { p.Neurons, p.Size_ = nil, 0 },
		"another height":     func(p *weights.QueryReplayResponse) { p.Height++ },
		"endless pages":      func(p *weights.QueryReplayResponse) { p.NextUid = netNeurons },
		"pages that jump":    func(p *weights.QueryReplayResponse) { p.NextUid = 1000 },
		"uids in disorder":   func(p *weights.QueryReplayResponse) { p.Neurons[0], p.Neurons[1] = p.Neurons[1], p.Neurons[0] },
		"a row too short":    func(p *weights.QueryReplayResponse) { p.Neurons[voter].Row.Generations = nil },
		"weights too large":  func(p *weights.QueryReplayResponse) { p.Neurons[voter].Row.Weights[0] = 1 << 16 },
		"bonds too long":     func(p *weights.QueryReplayResponse) { p.Neurons[voter].Bonds.Uids = make([]uint32, 900) },
		"another's activity": func(p *weights.QueryReplayResponse) { p.Neurons[voter].Activity.Uid = 1 << 31 },
		"scores too short":   func(p *weights.QueryReplayResponse) { p.Scores.Incentive = nil },
		"scores of nobody": func(p *weights.QueryReplayResponse) {
			*p.Scores = weights.Scores{Epoch: p.Scores.Epoch, Height: p.Scores.Height}
		},
		"no memory":           func(p *weights.QueryReplayResponse) { p.Memory = nil },
		"a short memory":      func(p *weights.QueryReplayResponse) { p.Memory.Fast = p.Memory.Fast[1:] },
		"an average too long": func(p *weights.QueryReplayResponse) { p.Neurons[voter].Average.Uids = make([]uint32, 900) },
		"too much pay":        func(p *weights.QueryReplayResponse) { p.Scores.ServerRao[0], p.Scores.ServerRao[1] = 1<<63, 1<<63 },
		"a broken rule":       func(p *weights.QueryReplayResponse) { p.Subnet.Hyperparameters.OwnerCutU16 = 1 << 31 },
		"the future":          func(p *weights.QueryReplayResponse) { p.Neurons[0].Neuron.RegisteredAt = 1 << 62 },
	} {
		l.lie = lie
		_, err := client.Replay(t.Context(), 1, epoch)
		require.ErrorIs(t, err, chainclient.ErrBadAnswer, name)
	}
	for name, lie := range map[string]func(*weights.QueryReplayResponse){
		"another average": func(p *weights.QueryReplayResponse) { p.Neurons[voter].Average.Weights[0]++ },
		"another memory":  func(p *weights.QueryReplayResponse) { p.Memory.CountedRao[voter]-- },
		"a smaller stake": func(p *weights.QueryReplayResponse) { p.Scores.StakeRao[voter] /= 2 },
		"another vote":    func(p *weights.QueryReplayResponse) { clear(p.Neurons[voter].Row.Weights[1:]) },
		"a payment more":  func(p *weights.QueryReplayResponse) { p.Scores.ServerRao[0]++ },
		"a larger cut":    func(p *weights.QueryReplayResponse) { p.Subnet.Hyperparameters.OwnerCutU16 += 100 },
		"no bonds":        func(p *weights.QueryReplayResponse) { p.Neurons[voter].Bonds = nil },
	} {
		l.lie = lie
		e, err := client.Replay(t.Context(), 1, epoch)
		require.NoError(t, err, name)
		require.False(t, explain.Recompute(e).Equal(), name)
	}
	l.lie = func(p *weights.QueryReplayResponse) { p.Scores = nil }
	_, err := client.Replay(t.Context(), 1, epoch)
	require.ErrorIs(t, err, chainclient.ErrEpochFailed)
}

// What a node says of notes and rankings is refused, or found out, too.
func TestReplayOfALyingJury(t *testing.T) {
	n := newNetwork(t, 6)
	n.Block()
	for range 3 {
		n.live()
		n.To(n.due())
	}
	l := &ledger{Chain: n.Chain}
	client := l.serve(t)
	epoch := n.scores().Epoch
	for name, lie := range map[string]func(*weights.QuerySubnetEvidenceResponse){
		"one twice":        func(p *weights.QuerySubnetEvidenceResponse) { p.Evidence = append(p.Evidence, p.Evidence[0]) },
		"no digest":        func(p *weights.QuerySubnetEvidenceResponse) { p.Evidence[0].Digest = nil },
		"too few scores":   func(p *weights.QuerySubnetEvidenceResponse) { p.Evidence[0].PruningUbits = nil },
		"of a distant uid": func(p *weights.QuerySubnetEvidenceResponse) { p.Evidence[0].Uid = 1 << 20 },
	} {
		l.notes = lie
		_, err := client.Replay(t.Context(), 1, epoch)
		require.ErrorIs(t, err, chainclient.ErrBadAnswer, name)
	}
	l.notes = func(p *weights.QuerySubnetEvidenceResponse) {
		for _, e := range p.Evidence {
			for i := range e.PruningUbits {
				e.PruningUbits[i]++
			}
		}
	}
	e, err := client.Replay(t.Context(), 1, epoch)
	require.NoError(t, err)
	list, _ := explain.Recompute(e).Differences()
	require.NotEmpty(t, list)
	require.Equal(t, "pruning_ubits", list[0].Field)
}

// voter is a uid that has weights in force and bonds.
func (n *network) voter() int {
	all, err := n.App.Weights.Bonds.Iterate(n.Ctx(), nil)
	require.NoError(n.t, err)
	bonds, err := all.Values()
	require.NoError(n.t, err)
	require.NotEmpty(n.t, bonds)
	return int(bonds[0].Uid)
}
