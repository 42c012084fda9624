package sim

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/dendra-net/dendra/fixed"
)

// player is one validator in a game.
type player struct {
	actor   Actor
	view    View
	receipt *rand.Rand
	waiting []sealed // commits, oldest first
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
	return Moment{Epoch: p.epoch, Groups: p.group, Stake: reals(o.Stake), Incentive: reals(o.Incentive), Dividends: reals(o.Dividends)}
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
