package cli

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cosmos/gogoproto/proto"
	"github.com/spf13/cobra"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/internal/durable"
	"github.com/dendra-net/dendra/neuron"
	neuronmod "github.com/dendra-net/dendra/x/neuron"
)

// seatPrice is what a slot costs, and whom it would cost a slot.
type seatPrice struct {
	Netuid     uint16     `json:"netuid"`
	Height     int64      `json:"height"`
	BurnRao    uint64     `json:"burn_rao,string"`
	Difficulty uint64     `json:"difficulty,string"` // hashes expected for a slot by work
	Neurons    uint32     `json:"neurons"`
	MaxNeurons uint32     `json:"max_neurons"`
	Replaces   *seatedKey `json:"replaces"` // null while slots are free, or when nobody may be replaced
}

// seatedKey is who sits in a slot.
type seatedKey struct {
	UID    uint32         `json:"uid"`
	Hotkey neuron.Address `json:"hotkey"`
}

func readPrice(ctx context.Context, at view, netuid uint16) (seatPrice, error) {
	res, err := at.Neuron().Price(ctx, &neuronmod.QueryPriceRequest{Netuid: uint32(netuid)})
	if err != nil {
		return seatPrice{}, err
	}
	p := seatPrice{Netuid: netuid, Height: at.height, BurnRao: res.BurnRao, Difficulty: res.Difficulty, Neurons: res.Neurons, MaxNeurons: res.MaxNeurons}
	if res.Replaces != nil {
		p.Replaces = &seatedKey{res.Replaces.Uid, neuron.Address(res.Replaces.Hotkey)}
	}
	return p, nil
}

// seat says where a newcomer would sit.
func (p seatPrice) seat(names map[neuron.Address]string) string {
	switch {
	case p.Replaces != nil:
		return fmt.Sprintf("all %d are taken; neuron %d (%s) gives way", p.MaxNeurons, p.Replaces.UID, nameOf(p.Replaces.Hotkey, names))
	case p.Neurons < p.MaxNeurons:
		return fmt.Sprintf("%d of %d are free", p.MaxNeurons-p.Neurons, p.MaxNeurons)
	}
	return fmt.Sprintf("all %d are taken and nobody may be replaced yet", p.MaxNeurons)
}

func (a *app) neuronPrice() *cobra.Command {
	c := &cobra.Command{Use: "price --subnet N", Short: "Show what a slot costs, and who would give way", Args: args(0, 0)}
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
		p, err := readPrice(c.Context(), at, netuid)
		if err != nil {
			return err
		}
		return a.emit(p, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "subnet %d   height %d\n  by burn    %s\n  by work    %d hashes expected\n  slots      %s\n",
				netuid, p.Height, formatTAO(p.BurnRao), p.Difficulty, p.seat(a.names()))
			return err
		})
	}
	return c
}

// neuronCard is what "neuron show" prints: the registry's entry of one neuron.
type neuronCard struct {
	Netuid       uint16    `json:"netuid"`
	Height       int64     `json:"height"`
	UID          uint32    `json:"uid"`
	Generation   uint32    `json:"generation"`
	Hotkey       string    `json:"hotkey"`
	Coldkey      string    `json:"coldkey"`
	RegisteredAt int64     `json:"registered_at"`
	Endpoint     string    `json:"endpoint"`
	ServedAt     int64     `json:"served_at"`
	Data         string    `json:"data"` // hex
	DataAt       int64     `json:"data_at"`
	Price        seatPrice `json:"price"`
	data         []byte
}

func (a *app) neuronShow() *cobra.Command {
	c := &cobra.Command{Use: "show --subnet N UID|HOTKEY", Short: "Show one neuron: keys, endpoint, data, and what its slot is worth", Args: args(1, 1)}
	netuidOf, chainAt := subnetFlag(c), a.heightFlag(c)
	c.RunE = func(c *cobra.Command, given []string) error {
		netuid, err := netuidOf()
		if err != nil {
			return err
		}
		find, err := a.neuronNamed(netuid, given[0])
		if err != nil {
			return err
		}
		at, err := chainAt(c.Context())
		if err != nil {
			return err
		}
		card, err := readCard(c.Context(), at, netuid, find)
		if err != nil {
			return err
		}
		return a.emit(card, func(w io.Writer) error { return card.print(w, a.names()) })
	}
	return c
}

// neuronNamed reads a uid, or whatever names a hotkey, and returns how to find the neuron.
func (a *app) neuronNamed(netuid uint16, s string) (func(context.Context, view) (neuronmod.Neuron, error), error) {
	if uid, err := strconv.ParseUint(s, 10, 16); err == nil {
		return func(ctx context.Context, at view) (neuronmod.Neuron, error) {
			res, err := at.Neuron().Neuron(ctx, &neuronmod.QueryNeuronRequest{Netuid: uint32(netuid), Uid: uint32(uid)})
			if err != nil {
				return neuronmod.Neuron{}, err
			}
			return res.Neuron, nil
		}, nil
	}
	hotkey, err := a.findHotkey(s)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, at view) (neuronmod.Neuron, error) {
		res, err := at.Neuron().NeuronByHotkey(ctx, &neuronmod.QueryNeuronByHotkeyRequest{Netuid: uint32(netuid), Hotkey: string(hotkey)})
		if err != nil {
			return neuronmod.Neuron{}, err
		}
		return res.Neuron, nil
	}, nil
}

func readCard(ctx context.Context, at view, netuid uint16, find func(context.Context, view) (neuronmod.Neuron, error)) (neuronCard, error) {
	n, err := find(ctx, at)
	if err != nil {
		return neuronCard{}, err
	}
	card := neuronCard{Netuid: netuid, Height: at.height, UID: n.Uid, Generation: n.Generation, Hotkey: n.Hotkey, Coldkey: n.Coldkey,
		RegisteredAt: n.RegisteredAt, Endpoint: n.Endpoint, ServedAt: n.ServedAt}
	data, err := at.Neuron().Data(ctx, &neuronmod.QueryDataRequest{Netuid: uint32(netuid), Hotkey: n.Hotkey})
	switch {
	case errors.Is(err, refusalOf(neuronmod.ErrNoData)):
	case err != nil:
		return neuronCard{}, err
	default:
		card.data, card.Data, card.DataAt = data.Data.Data, hex.EncodeToString(data.Data.Data), data.Data.Height
	}
	card.Price, err = readPrice(ctx, at, netuid)
	return card, err
}

func (n neuronCard) print(w io.Writer, names map[neuron.Address]string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "subnet %d neuron %d   generation %d   height %d\n", n.Netuid, n.UID, n.Generation, n.Height)
	fmt.Fprintf(&b, "  hotkey      %s\n  coldkey     %s%s\n", n.Hotkey, n.Coldkey, inBrackets(names[neuron.Address(n.Coldkey)]))
	fmt.Fprintf(&b, "  registered  at height %d\n", n.RegisteredAt)
	if n.Endpoint == "" {
		b.WriteString("  endpoint    none published\n")
	} else {
		fmt.Fprintf(&b, "  endpoint    %s (published at height %d)\n", n.Endpoint, n.ServedAt)
	}
	if n.DataAt == 0 {
		b.WriteString("  data        none committed\n")
	} else {
		fmt.Fprintf(&b, "  data        %s (%d bytes, committed at height %d)\n", readable(n.data), len(n.data), n.DataAt)
	}
	fmt.Fprintf(&b, "  next slot   %s by burn, or %d hashes; %s\n", formatTAO(n.Price.BurnRao), n.Price.Difficulty, n.Price.seat(names))
	if n.Price.Replaces != nil && n.Price.Replaces.UID == n.UID {
		b.WriteString("  NEXT TO BE REPLACED: the next registration takes this neuron's slot\n")
	}
	_, err := io.WriteString(w, printable(b.String()))
	return err
}

func inBrackets(name string) string {
	if name == "" {
		return ""
	}
	return " (" + name + ")"
}

// readable shows bytes as text where they are text of one line, else in hex.
func readable(b []byte) string {
	if s := string(b); utf8.Valid(b) && printable(s) == s && !strings.ContainsAny(s, "\n\t") {
		return strconv.Quote(s)
	}
	return "0x" + hex.EncodeToString(b)
}

// maxDataFile bounds what is read of a file to commit; the chain takes far less.
const maxDataFile = 64 << 10

func (a *app) neuronCommit() *cobra.Command {
	var file string
	c := &cobra.Command{Use: "commit --subnet N TEXT|0xHEX", Short: "Publish a few bytes of a neuron, a model's digest for one", Args: args(0, 1)}
	netuidOf := subnetFlag(c)
	c.Flags().StringVar(&file, "file", "", "file whose bytes are published")
	c.RunE = func(c *cobra.Command, given []string) error {
		netuid, err := netuidOf()
		if err != nil {
			return err
		}
		data, err := dataOf(given, file)
		if err != nil {
			return err
		}
		key, err := a.actingHotkey()
		if err != nil {
			return err
		}
		p := hotPlan(key, plan{
			action:  fmt.Sprintf("publish %d bytes of %s on subnet %d", len(data), key.Address(), netuid),
			changes: []string{"everybody can read " + readable(data), "what was published before is replaced"},
			msgs:    []proto.Message{&neuronmod.MsgCommitData{Hotkey: string(key.Address()), Netuid: uint32(netuid), Data: data}},
		})
		return a.transact(c.Context(), p, func(res chainclient.TxResult) (any, string, error) {
			result := struct {
				Netuid uint16 `json:"netuid"`
				Data   string `json:"data"`
				receipt
			}{netuid, hex.EncodeToString(data), receiptOf(res)}
			return result, fmt.Sprintf("subnet %d: %s published %d bytes", netuid, key.Address(), len(data)), nil
		})
	}
	return c
}

// dataOf reads the bytes to publish from the command line or a file.
func dataOf(given []string, file string) ([]byte, error) {
	if (len(given) == 1) == (file != "") {
		return nil, usagef("bad_arguments", "either TEXT, 0xHEX or --file is given").withFix(`dendra neuron commit --subnet 1 "model sha256:..."`)
	}
	if file != "" {
		return readData(file)
	}
	data := []byte(given[0])
	if digits, ok := strings.CutPrefix(given[0], "0x"); ok {
		var err error
		if data, err = hex.DecodeString(digits); err != nil {
			return nil, usagef("bad_value", "%q is no hex: %v", given[0], err).withFix("write an even number of 0-9 and a-f after 0x, or text without 0x")
		}
	}
	if len(data) == 0 {
		return nil, usagef("bad_data_size", "nothing to publish: there are 0 bytes")
	}
	return data, nil
}

func readData(path string) ([]byte, error) {
	data, err := durable.Read(path, maxDataFile)
	switch {
	case errors.Is(err, durable.ErrTooLarge) || err == nil && len(data) == 0:
		return nil, usagef("bad_data_size", "%s must have 1 byte at least and far less than %d", path, maxDataFile)
	case err != nil:
		return nil, usagef("no_such_file", "%v", err)
	}
	return data, nil
}
