package sim

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/dendra-net/dendra/fixed"
)

// Group is a number of neurons of one kind. Groups of validators come first.
type Group struct {
	Name  string
	Count int
	// Stake is the part of all stake that validators of the group have together, and Spread the standard deviation among
	// them, as a part of their mean.
	Stake, Spread float64
	// Actor makes a validator; nil: the group are miners.
	Actor func() Actor
	// Noise multiplies a validator's error; 0 stands for 1.
	Noise float64
	// Patience is how many epochs validators of the group leave a newcomer alone.
	Patience int
	// Late validators act after the others: with rows that are public as they are set, they see those of the others.
	Late bool
	// Quality of miners, as a factor; it must not be 0.
	Quality float64
	// Camp names miners as friends of the validators of another group.
	Camp string
}

// Registration seats a newcomer of a group of miners in the slot of the weakest neuron.
type Registration struct {
	Epoch   int
	Group   string
	Quality float64 // in logarithms, above what is usual for the group
}

// Game is one play, from the first epoch on. The zero values of what is not said are useful ones.
type Game struct {
	Rules         Rules
	World         World
	Groups        []Group
	Registrations []Registration // by epoch
	// Churn is the part of miners that is replaced each epoch, by strangers of random quality.
	Churn  float64
	Epochs int
	// BurnIn is how many epochs pass before anything is counted.
	BurnIn int
	Seed   uint64
	// Watch, when not nil, is told of every epoch as it closes. What it is given must not be changed or kept.
	Watch func(Moment)
}

// Moment is an epoch as it closed.
type Moment struct {
	Epoch   int
	Result  *Result // so far
	Groups  []int   // of every uid
	Pay     []uint64
	Quality []float64
	Shares  Shares
}

// Shares are what an epoch decided, as numbers.
type Shares struct {
	Incentive, Dividends, Stake, Information []float64
	Permits                                  []bool
	Carry                                    bool
}

// Limits of a game: what fits the memory and patience of a small machine.
const (
	MaxNeurons = 4096
	MaxEpochs  = 1_000_000
)

// allStakeRao is the stake of all validators of a game: a million TAO.
const allStakeRao = 1_000_000_000_000_000

// Check says what of a game cannot be played.
func (g Game) Check() error {
	n, stake, minersFrom := 0, 0.0, false
	for i, group := range g.Groups {
		switch {
		case group.Count < 0 || group.Count == 0 && group.Actor != nil || n+group.Count > MaxNeurons:
			return fmt.Errorf("group %q of %d: there is room for %d neurons in all, and validators are at least one", group.Name, group.Count, MaxNeurons)
		case group.Actor != nil && minersFrom:
			return fmt.Errorf("group %q: validators come before miners", group.Name)
		case group.Actor != nil && !(group.Stake >= 0 && group.Stake <= 1 && group.Spread >= 0 && group.Spread <= 10):
			return fmt.Errorf("group %q: stake %v and spread %v are parts of 1", group.Name, group.Stake, group.Spread)
		case group.Actor == nil && !(group.Quality > 0 && group.Quality <= 1e6):
			return fmt.Errorf("group %q: quality %v is not between 0 and a million", group.Name, group.Quality)
		}
		for _, other := range g.Groups[:i] {
			if other.Name == group.Name {
				return fmt.Errorf("there are two groups %q", group.Name)
			}
		}
		minersFrom = minersFrom || group.Actor == nil
		n, stake = n+group.Count, stake+group.Stake
	}
	for _, r := range g.Registrations {
		if k := g.groupOf(r.Group); k < 0 || g.Groups[k].Actor != nil {
			return fmt.Errorf("group %q, of which a miner registers in epoch %d, is no group of miners", r.Group, r.Epoch)
		}
	}
	switch {
	case n == 0 || !minersFrom || stake <= 0 || stake > 1.000001:
		return fmt.Errorf("%d neurons with %v of all stake: there must be validators, whose stake is at most 1, and miners", n, stake)
	case g.Epochs < 1 || g.Epochs > MaxEpochs || g.BurnIn < 0 || g.BurnIn >= g.Epochs:
		return fmt.Errorf("%d epochs, of which %d are not counted: there are 1 to %d, and some must count", g.Epochs, g.BurnIn, MaxEpochs)
	case g.Rules.RevealEpochs < 0 || g.Rules.RevealEpochs > remembered/2:
		return fmt.Errorf("rows are revealed after %d epochs: at most %d", g.Rules.RevealEpochs, remembered/2)
	}
	return nil
}

// player is one validator in a game.
type player struct {
	actor   Actor
	view    View
	receipt *rand.Rand
	waiting []sealed // commits, oldest first
	gone    bool
}

// sealed is a committed row.
type sealed struct {
	row      row
	epoch    int
	withheld bool
	signed   float64
}

// play is a game in progress.
type play struct {
	Game
	chain   *subnet
	nature  *nature
	history *History
	players []*player // by uid; nil for miners
	order   []int     // in which they act
	group   []int     // by uid
	chance  *rand.Rand
	result  *Result
	epoch   int
	asked   []float64 // queries made this epoch, by uid
	born    []int     // epoch in which the neuron of a uid came; long ago for the first ones
}

// streams of randomness: of the world, of newcomers, and three of each validator.
const (
	natureStream = 1 + iota
	chanceStream
	stakeStream
	playerStreams
)

// Run plays the game. It fails when the game makes no sense, or with the context's error when it ended.
func (g Game) Run(ctx context.Context) (Result, error) {
	if err := g.Check(); err != nil {
		return Result{}, err
	}
	p := g.begin()
	for p.epoch = range g.Epochs {
		if err := ctx.Err(); err != nil {
			return Result{}, fmt.Errorf("stopped in epoch %d of %d: %w", p.epoch, g.Epochs, err)
		}
		p.step()
	}
	p.result.finish()
	return *p.result, nil
}

func (g Game) begin() *play {
	p := &play{Game: g, chance: stream(g.Seed, chanceStream), history: &History{}}
	factors, stakes := p.seatAll()
	p.nature = newNature(g.World, stream(g.Seed, natureStream), factors)
	p.chain = newSubnet(g.Rules, stakes)
	p.asked, p.born = make([]float64, len(p.group)), slices.Repeat([]int{-MaxEpochs}, len(p.group))
	p.result = newResult(g, p.group)
	for uid, group := range p.group {
		if g.Groups[group].Actor != nil {
			p.enter(uid, g.Groups[group])
		}
	}
	for _, late := range []bool{false, true} {
		for uid, pl := range p.players {
			if pl != nil && g.Groups[p.group[uid]].Late == late {
				p.order = append(p.order, uid)
			}
		}
	}
	p.introduce()
	return p
}

// seatAll gives every neuron its slot, and says miners' factors of quality and validators' stake.
func (p *play) seatAll() (factors []float64, stakes []uint64) {
	r := stream(p.Seed, stakeStream)
	for i, group := range p.Groups {
		weights, sum := make([]float64, group.Count), 0.0
		for k := range weights {
			weights[k] = max(0.2, 1+group.Spread*r.NormFloat64())
			sum += weights[k]
		}
		for k := range weights {
			rao, factor := uint64(0), group.Quality
			if group.Actor != nil {
				rao, factor = uint64(allStakeRao*group.Stake*weights[k]/sum), 0
			}
			p.group, p.players = append(p.group, i), append(p.players, nil)
			factors, stakes = append(factors, factor), append(stakes, rao)
		}
	}
	return factors, stakes
}

// enter makes the player of a uid.
func (p *play) enter(uid int, group Group) {
	number := uint64(playerStreams + 3*uid)
	noise := group.Noise
	if noise == 0 {
		noise = 1
	}
	p.players[uid] = &player{
		actor: group.Actor(), receipt: stream(p.Seed, number+2),
		view: View{Self: uid, History: p.history, Rand: stream(p.Seed, number+1), size: len(p.group), born: p.born, Patience: group.Patience,
			eye: newEye(p.nature, stream(p.Seed, number), noise*p.World.Noise)},
	}
}

// introduce tells every validator who serves and who of them are its friends.
func (p *play) introduce() {
	for _, pl := range p.players {
		if pl == nil {
			continue
		}
		v := &pl.view
		v.Miners, v.Friends = v.Miners[:0], v.Friends[:0]
		for uid, group := range p.group {
			if p.nature.quality[uid] > 0 {
				v.Miners = append(v.Miners, uid)
				if p.Groups[group].Camp == p.Groups[p.group[v.Self]].Name {
					v.Friends = append(v.Friends, uid)
				}
			}
		}
	}
}

// step lets one epoch pass. With reveals, the actors commit when it has closed: whoever waits long enough knows by then
// all that the chain will make of the votes that are public.
func (p *play) step() {
	begin := p.chain.height
	p.nature.move()
	p.chain.height = begin + registerOffset
	p.register()
	p.chain.height = begin + revealOffset
	if p.Rules.RevealEpochs > 0 {
		p.reveal()
		p.history.publish(p.chain)
		p.close(begin + tempoBlocks)
		p.chain.height = begin + commitOffset // committed before the close in fact, with all that will follow foreseen
		p.act(p.commit)
	} else {
		p.openVotes()
		p.close(begin + tempoBlocks)
	}
	p.chain.height = begin + tempoBlocks
}

// openVotes lets all set their rows, those who wait with the others' in sight.
func (p *play) openVotes() {
	published := false
	for _, uid := range p.order {
		if p.Groups[p.group[uid]].Late && !published {
			p.history.publish(p.chain)
			published = true
		}
		p.actOne(uid, p.set)
	}
	if published {
		p.history.epochs = p.history.epochs[:len(p.history.epochs)-1] // the same with the late ones follows
	}
	p.history.publish(p.chain)
}

func (p *play) act(take func(uid int, a Action)) {
	for _, uid := range p.order {
		p.actOne(uid, take)
	}
}

func (p *play) actOne(uid int, take func(uid int, a Action)) {
	pl := p.players[uid]
	if pl == nil {
		return
	}
	v := &pl.view
	v.Epoch, v.Stake, v.AllRao = p.epoch, p.chain.stakeRao[uid], p.chain.allRao()
	a := pl.actor.Act(v)
	v.Fresh = v.Fresh[:0]
	p.asked[uid] = a.Asked
	if a.Stake > 0 {
		p.chain.stakeRao[uid] = a.Stake
	}
	if a.Row != nil {
		take(uid, a)
	}
}

// set brings a row into force at once.
func (p *play) set(uid int, a Action) {
	p.chain.put(uid, p.chain.quantise(uid, a.Row))
	p.chain.receipts[uid] = p.drawReceipts(uid, a.Signed)
}

// commit keeps a row until it is revealed.
func (p *play) commit(uid int, a Action) {
	pl := p.players[uid]
	pl.waiting = append(pl.waiting, sealed{p.chain.quantise(uid, a.Row), p.epoch, a.Withheld, a.Signed})
}

// reveal brings the rows into force that were committed long enough ago, and drops what is withheld.
func (p *play) reveal() {
	for uid, pl := range p.players {
		p.chain.receipts[uid] = 0
		if pl == nil {
			continue
		}
		for len(pl.waiting) > 0 && pl.waiting[0].epoch+p.Rules.RevealEpochs <= p.epoch {
			s := pl.waiting[0]
			pl.waiting = pl.waiting[1:]
			if !s.withheld && p.chain.permits[uid] {
				p.chain.put(uid, s.row)
				p.chain.receipts[uid] = p.drawReceipts(uid, s.signed)
			}
		}
	}
}

// drawReceipts asks for some receipts of an epoch by chance: all must be there.
func (p *play) drawReceipts(uid int, signed float64) fixed.Frac {
	if p.Rules.ReceiptDraws > 0 && p.players[uid].receipt.Float64() < math.Pow(signed, float64(p.Rules.ReceiptDraws)) {
		return fixed.FracOne
	}
	return 0
}

func (p *play) close(height uint64) {
	p.chain.height = height
	p.chain.close(emissionRao)
	if newest := p.history.at(0); newest != nil {
		newest.consensus = reals(p.chain.out.Consensus)
	}
	if p.epoch >= p.BurnIn {
		p.result.count(p)
	}
	if p.Watch != nil {
		p.Watch(p.moment())
	}
}

func (p *play) moment() Moment {
	o := &p.chain.out
	return Moment{Epoch: p.epoch, Result: p.result, Groups: p.group, Pay: o.Emission, Quality: p.nature.quality, Shares: Shares{
		Incentive: reals(o.Incentive), Dividends: reals(o.Dividends), Stake: reals(o.Stake), Information: reals(o.Information),
		Permits: o.NewPermits, Carry: o.Carry,
	}}
}

// register seats those who come in this epoch.
func (p *play) register() {
	for _, r := range p.Registrations {
		if r.Epoch == p.epoch {
			p.seat(p.groupOf(r.Group), r.Quality)
		}
	}
	if p.Churn > 0 {
		strangers := len(p.Groups) - 1
		for range p.players {
			if p.chance.Float64() < p.Churn {
				p.seat(strangers, p.nature.world.Spread*p.chance.NormFloat64())
			}
		}
	}
}

// groupOf is the place of a group, -1 when there is none.
func (g Game) groupOf(name string) int {
	return slices.IndexFunc(g.Groups, func(of Group) bool { return of.Name == name })
}

// seat puts a miner into the place of the weakest neuron.
func (p *play) seat(group int, logQuality float64) {
	uid, ok := p.chain.weakest()
	if !ok {
		return
	}
	p.chain.seat(uid, 0)
	p.born[uid] = p.epoch
	p.nature.appear(uid, math.Log(p.Groups[group].Quality), logQuality)
	p.group[uid], p.players[uid] = group, nil
	p.introduce()
	for _, pl := range p.players {
		if pl != nil {
			pl.view.Fresh = append(pl.view.Fresh, uid)
		}
	}
}
