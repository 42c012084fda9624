package cli

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/internal/term"
	"github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/x/weights"
)

// Units of the chain's fractions.
const (
	bondOne  = 1 << 63
	scoreOne = 1 << 48
)

// aboutSubnet makes a command that reads something of a subnet at one height.
func (a *app) aboutSubnet(use, short string, read func(context.Context, view, neuron.Subnet) (result any, human func(io.Writer) error, err error)) *cobra.Command {
	c := &cobra.Command{Use: use + " --subnet N", Short: short, Args: args(0, 0)}
	netuidOf, chainAt := subnetFlag(c), a.heightFlag(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		netuid, err := netuidOf()
		if err != nil {
			return err
		}
		at, err := chainAt(c.Context())
		if err != nil {
			return err
		}
		market, err := at.subnet(c.Context(), netuid)
		if err != nil {
			return err
		}
		result, human, err := read(c.Context(), at, market)
		if err != nil {
			return err
		}
		return a.emit(result, human)
	}
	return c
}

// sits returns the hotkey of a uid while its neuron is the one of that generation; the slot may have changed hands.
func sits(market neuron.Subnet, uid, generation uint32) neuron.Address {
	if int64(uid) >= int64(len(market.Neurons)) || market.Neurons[uid].Generation != generation {
		return ""
	}
	return market.Neurons[uid].Hotkey
}

// sitterName is what to call the neuron of a uid, or that it has left.
func sitterName(hotkey neuron.Address, names map[neuron.Address]string) string {
	if hotkey == "" {
		return "(replaced)"
	}
	return nameOf(hotkey, names)
}

// bondsView is a validator's bonds.
type bondsView struct {
	UID        uint32         `json:"uid"`
	Generation uint32         `json:"generation"`
	Hotkey     neuron.Address `json:"hotkey"` // empty when the slot changed hands since
	Bonds      []bondView     `json:"bonds"`
}

type bondView struct {
	UID  uint32  `json:"uid"`
	Bond float64 `json:"bond"` // of 1
}

func (a *app) weightsBonds() *cobra.Command {
	return a.aboutSubnet("bonds", "Show what validators hold of miners' income", func(ctx context.Context, at view, market neuron.Subnet) (any, func(io.Writer) error, error) {
		rows, err := at.Bonds(ctx, market.Netuid)
		if err != nil {
			return nil, nil, err
		}
		views := []bondsView{}
		for _, r := range rows {
			v := bondsView{UID: r.Uid, Generation: r.Generation, Hotkey: sits(market, r.Uid, r.Generation), Bonds: []bondView{}}
			for i := range min(len(r.Uids), len(r.Bonds)) {
				v.Bonds = append(v.Bonds, bondView{r.Uids[i], float64(r.Bonds[i]) / bondOne})
			}
			views = append(views, v)
		}
		result := map[string]any{"netuid": market.Netuid, "height": at.height, "bonds": views}
		return result, func(w io.Writer) error { return printBonds(w, views, a.names()) }, nil
	})
}

func printBonds(w io.Writer, views []bondsView, names map[neuron.Address]string) error {
	t := term.Table{Columns: []term.Column{{Title: "UID", Right: true}, {Title: "VALIDATOR"}, {Title: "BONDS (UID:PART OF 1)"}}}
	for _, v := range views {
		var cells []string
		for _, b := range v.Bonds {
			cells = append(cells, fmt.Sprintf("%d:%.4f", b.UID, b.Bond))
		}
		t.Add(strconv.Itoa(int(v.UID)), sitterName(v.Hotkey, names), strings.Join(cells, " "))
	}
	return t.Write(w)
}

// commitView is a sealed vote.
type commitView struct {
	Hotkey      neuron.Address `json:"hotkey"`
	Epoch       uint64         `json:"epoch"`
	RevealEpoch uint64         `json:"reveal_epoch"`
	Height      int64          `json:"height"`
	Hash        string         `json:"hash"` // hex
}

func (a *app) weightsCommits() *cobra.Command {
	return a.aboutSubnet("commits", "Show sealed votes that wait for their reveal", func(ctx context.Context, at view, market neuron.Subnet) (any, func(io.Writer) error, error) {
		commits, err := at.Commits(ctx, market.Netuid)
		if err != nil {
			return nil, nil, err
		}
		clock, err := at.Weights().Epoch(ctx, &weights.QueryEpochRequest{Netuid: uint32(market.Netuid)})
		if err != nil {
			return nil, nil, err
		}
		views := []commitView{}
		for _, c := range commits {
			views = append(views, commitView{neuron.Address(c.Hotkey), c.Epoch, c.Epoch + market.RevealEpochs, c.Height, hex.EncodeToString(c.Hash)})
		}
		result := map[string]any{"netuid": market.Netuid, "height": at.height, "epoch": clock.Epoch.Index, "next_epoch": clock.Epoch.Due,
			"failed_epochs": clock.Epoch.Failures, "commits": views}
		return result, func(w io.Writer) error {
			if _, err := fmt.Fprintf(w, "subnet %d   epoch %d ends at height %d   height %d\n\n", market.Netuid, clock.Epoch.Index, clock.Epoch.Due, at.height); err != nil {
				return err
			}
			return printCommits(w, views, a.names())
		}, nil
	})
}

func printCommits(w io.Writer, views []commitView, names map[neuron.Address]string) error {
	t := term.Table{Columns: []term.Column{{Title: "VALIDATOR"}, {Title: "COMMITTED AT (HEIGHT)", Right: true}, {Title: "IN EPOCH", Right: true},
		{Title: "REVEAL IN EPOCH", Right: true}, {Title: "HASH"}}}
	for _, v := range views {
		t.Add(nameOf(v.Hotkey, names), strconv.FormatInt(v.Height, 10), strconv.FormatUint(v.Epoch, 10), strconv.FormatUint(v.RevealEpoch, 10), shortHash(v.Hash))
	}
	return t.Write(w)
}

// scoresView is the result of a subnet's last epoch.
type scoresView struct {
	Netuid     uint16      `json:"netuid"`
	Epoch      uint64      `json:"epoch"`
	ClosedAt   int64       `json:"closed_at"`
	OwnerRao   uint64      `json:"owner_rao,string"`
	CarriedRao uint64      `json:"carried_rao,string"`
	Scores     []scoreView `json:"scores"`
}

// scoreView is what one neuron got out of an epoch. Fractions are of 1.
type scoreView struct {
	UID            uint32         `json:"uid"`
	Generation     uint32         `json:"generation"`
	Hotkey         neuron.Address `json:"hotkey"` // empty when the slot changed hands since
	Permit         bool           `json:"permit"`
	Active         bool           `json:"active"`
	StakeRao       uint64         `json:"stake_rao,string"`
	StakeWeight    float64        `json:"stake_weight"`
	Consensus      float64        `json:"consensus"`
	Incentive      float64        `json:"incentive"`
	Dividend       float64        `json:"dividend"`
	ValidatorTrust float64        `json:"validator_trust"`
	ServerRao      uint64         `json:"server_rao,string"`
	ValidatorRao   uint64         `json:"validator_rao,string"`
}

func (a *app) weightsScores() *cobra.Command {
	return a.aboutSubnet("scores", "Show the results of the last epoch, as it was computed", func(ctx context.Context, at view, market neuron.Subnet) (any, func(io.Writer) error, error) {
		res, err := at.Weights().Scores(ctx, &weights.QueryScoresRequest{Netuid: uint32(market.Netuid)})
		if err != nil {
			return nil, nil, err
		}
		v := viewScores(market, res.Scores)
		return v, func(w io.Writer) error { return v.print(w, a.names()) }, nil
	})
}

// viewScores turns columns into rows. A node may answer anything, so a column that is too short reads as 0.
func viewScores(market neuron.Subnet, s weights.Scores) scoresView {
	v := scoresView{Netuid: market.Netuid, Epoch: s.Epoch, ClosedAt: s.Height, OwnerRao: s.OwnerRao, CarriedRao: s.CarriedRao, Scores: []scoreView{}}
	for uid := range s.Generations {
		v.Scores = append(v.Scores, scoreView{
			UID: uint32(uid), Generation: s.Generations[uid], Hotkey: sits(market, uint32(uid), s.Generations[uid]),
			Permit: of(s.Permit, uid), Active: of(s.Active, uid), StakeRao: of(s.StakeRao, uid),
			StakeWeight: score(s.StakeWeight, uid), Consensus: score(s.Consensus, uid), Incentive: score(s.Incentive, uid),
			Dividend: score(s.Dividend, uid), ValidatorTrust: score(s.ValidatorTrust, uid),
			ServerRao: of(s.ServerRao, uid), ValidatorRao: of(s.ValidatorRao, uid),
		})
	}
	return v
}

// of is the entry of a uid, or nothing when there is none.
func of[T any](column []T, uid int) (none T) {
	if uid >= len(column) {
		return none
	}
	return column[uid]
}

func score(column []uint64, uid int) float64 { return float64(of(column, uid)) / scoreOne }

func (v scoresView) print(w io.Writer, names map[neuron.Address]string) error {
	if _, err := fmt.Fprintf(w, "subnet %d   epoch %d closed at height %d   owner got %s   carried over %s\n\n",
		v.Netuid, v.Epoch, v.ClosedAt, formatTAO(v.OwnerRao), formatTAO(v.CarriedRao)); err != nil {
		return err
	}
	t := term.Table{Columns: []term.Column{{Title: "UID", Right: true}, {Title: "NEURON"}, {Title: "STAKE (%)", Right: true}, {Title: "VTRUST", Right: true},
		{Title: "DIVIDEND", Right: true}, {Title: "CONSENSUS", Right: true}, {Title: "INCENTIVE", Right: true},
		{Title: "AS MINER (TAO)", Right: true}, {Title: "AS VALIDATOR (TAO)", Right: true}}}
	for _, s := range v.Scores {
		t.Add(strconv.Itoa(int(s.UID)), sitterName(s.Hotkey, names), strconv.FormatFloat(100*s.StakeWeight, 'f', 2, 64), share(s.ValidatorTrust),
			share(s.Dividend), share(s.Consensus), share(s.Incentive), decimalTAO(s.ServerRao), decimalTAO(s.ValidatorRao))
	}
	return t.Write(w)
}
