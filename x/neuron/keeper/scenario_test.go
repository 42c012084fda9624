package keeper_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	errorsmod "cosmossdk.io/errors"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/x/neuron"
)

var rewrite = flag.Bool("rewrite", false, "write what the scenarios print into their files")

// Each file of ../testdata is a story: commands, a line of dashes, what they print, an empty line. Commands:
//
//	subnet NAME [hyperparameter=value...]     create a subnet; the last one named is the one that is meant
//	set hyperparameter=value...               governance changes it
//	on NAME                                   mean another subnet
//	block N | wait N                          go to a height, or some blocks on
//	burn HOTKEY [by=COLDKEY] [max=TAO]        register by burn
//	work HOTKEY [by=COLDKEY] [age=BLOCKS] [for=SUBNET] [lazy]   register by work for the block before, or an older one
//	mine HOTKEY ...                           do the work but do not send it
//	replay HOTKEY [as=HOTKEY]                 send the hotkey's last work (again), or send it as another's
//	paid HOTKEY=RAO...                        what the last epoch paid; nobody else got anything
//	price | table                             show
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("../testdata/*.txt")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			require.NoError(t, err)
			w := &world{bed: newBed(t), netuids: map[string]uint32{}, works: map[string]*neuron.MsgRegisterWork{}, names: map[string]string{}}
			w.Ctx = w.Ctx.WithBlockHeight(94)
			w.at([]string{"100"})
			got := w.play(string(raw))
			if *rewrite {
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
				return
			}
			require.Equal(t, string(raw), got)
		})
	}
}

// world is a bed with names for all that a story speaks of.
type world struct {
	*bed
	netuid  uint32
	netuids map[string]uint32
	works   map[string]*neuron.MsgRegisterWork
	names   map[string]string // address -> name
}

// play runs the commands of a story and returns it with what they print now.
func (w *world) play(story string) string {
	var out strings.Builder
	for i, section := range strings.Split(strings.TrimSpace(story), "\n\n") {
		commands, _, _ := strings.Cut(section, "\n----")
		if i > 0 {
			out.WriteString("\n")
		}
		out.WriteString(commands + "\n----\n")
		for _, line := range strings.Split(commands, "\n") {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
				out.WriteString(w.run(strings.Fields(line)))
			}
		}
	}
	return out.String()
}

func (w *world) run(words []string) string {
	w.t.Helper()
	verbs := map[string]func([]string) string{
		"subnet": w.create, "set": w.set, "on": w.on, "block": w.at, "wait": w.wait, "burn": w.burn, "work": w.work, "mine": w.mine,
		"replay": w.replay, "paid": w.paid, "price": w.showPrice, "table": w.table,
	}
	verb, known := verbs[words[0]]
	require.True(w.t, known, "command %q", words[0])
	return verb(words[1:])
}

// args reads name=value words; a bare word is a name with an empty value.
func args(words []string) map[string]string {
	m := map[string]string{}
	for _, word := range words {
		k, v, _ := strings.Cut(word, "=")
		m[k] = v
	}
	return m
}

func (w *world) number(s string) int64 {
	w.t.Helper()
	n, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 10, 64)
	require.NoError(w.t, err)
	return n
}

func (w *world) create(words []string) string {
	rules := map[string]int64{}
	for name, value := range args(words[1:]) {
		rules[name] = w.number(value)
	}
	w.netuid = w.subnet(words[0], rules)
	w.netuids[words[0]] = w.netuid
	return ""
}

func (w *world) set(words []string) string {
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		w.tune(w.netuid, name, w.number(value))
	}
	return ""
}

func (w *world) on(words []string) string {
	w.netuid = w.netuids[words[0]]
	return ""
}

// at goes to a height and begins the blocks before it, as many as any rule looks back on.
func (w *world) at(words []string) string {
	to := w.number(words[0])
	for h := max(w.Ctx.BlockHeight()+1, to-20); h <= to; h++ {
		w.block(h)
	}
	return ""
}

func (w *world) wait(words []string) string {
	return w.at([]string{fmt.Sprint(w.Ctx.BlockHeight() + w.number(words[0]))})
}

// who returns hotkey and coldkey of a registration and remembers their names.
func (w *world) who(words []string) (hotkey, sdk.AccAddress) {
	h, coldkey := key(words[0]), carl
	w.names[h.address().String()] = words[0]
	if args(words)["by"] == "cora" {
		coldkey = cora
	}
	w.names[carl.String()], w.names[cora.String()] = "carl", "cora"
	return h, coldkey
}

func (w *world) burn(words []string) string {
	h, coldkey := w.who(words)
	maxRao := uint64(rich)
	if limit, given := args(words)["max"]; given {
		maxRao = uint64(w.number(limit)) * tao
	}
	r, err := w.register(burnMsg(w.netuid, h, coldkey, maxRao))
	if err != nil {
		return w.refusal(words[0], err)
	}
	return fmt.Sprintf("%s: uid %d for %s\n", words[0], r.Uid, amount(r.BurnRao))
}

func (w *world) work(words []string) string {
	w.mine(words)
	return w.send(words[0], w.works[words[0]])
}

func (w *world) mine(words []string) string {
	h, coldkey := w.who(words)
	a := args(words)
	height, netuid := w.Ctx.BlockHeight()-1, w.netuid
	_, difficulty := w.prices()
	if age, given := a["age"]; given {
		height = w.Ctx.BlockHeight() - w.number(age)
	}
	if other, given := a["for"]; given {
		netuid = w.netuids[other]
	}
	_, lazy := a["lazy"]
	m := workMsg(netuid, h, coldkey, height, difficulty, lazy)
	m.Netuid, m.Proof = w.netuid, h.proof(w.netuid, coldkey)
	w.works[words[0]] = m
	return ""
}

func (w *world) replay(words []string) string {
	m := *w.works[words[0]]
	if name, given := args(words)["as"]; given {
		other, coldkey := w.who([]string{name})
		m.Hotkey, m.HotkeyPubkey, m.Proof = other.address().String(), other.public(), other.proof(m.Netuid, coldkey)
	}
	return w.send(words[0], &m)
}

func (w *world) send(name string, m *neuron.MsgRegisterWork) string {
	r, err := w.registerWork(m)
	if err != nil {
		return w.refusal(name, err)
	}
	return fmt.Sprintf("%s: uid %d for work\n", name, r.Uid)
}

// refusal prints an error with its code and with names in place of addresses.
func (w *world) refusal(name string, err error) string {
	space, code, _ := errorsmod.ABCIInfo(err, false)
	text := err.Error()
	for _, address := range slices.Sorted(maps.Keys(w.names)) {
		text = strings.ReplaceAll(text, address, w.names[address])
	}
	return fmt.Sprintf("%s: refused (%s %d): %s\n", name, space, code, text)
}

func (w *world) paid(words []string) string {
	all, err := w.neurons.All(w.Ctx, w.netuid)
	require.NoError(w.t, err)
	ranking, got := make([]uint64, len(all)), args(words)
	for i, n := range all {
		if rao, given := got[w.names[n.Hotkey]]; given {
			ranking[i] = uint64(w.number(rao))
			delete(got, w.names[n.Hotkey])
		}
	}
	require.Empty(w.t, got, "not on the subnet")
	require.NoError(w.t, w.neurons.SetRanking(w.Ctx, neuron.Ranking{Netuid: w.netuid, EmissionRao: ranking}))
	return ""
}

// showPrice prints what a registration in this block costs.
func (w *world) showPrice([]string) string {
	burnRao, difficulty := w.prices()
	return fmt.Sprintf("height %d: burn %s, difficulty %d\n", w.Ctx.BlockHeight(), amount(burnRao), difficulty)
}

func (w *world) prices() (burnRao, difficulty uint64) {
	s, err := w.subnets.Get(w.Ctx, w.netuid)
	require.NoError(w.t, err)
	p, err := w.neurons.Prices.Get(w.Ctx, w.netuid)
	require.NoError(w.t, err)
	now := w.Ctx.BlockHeight()
	return p.BurnPrice(s.Hyperparameters, now), p.WorkDifficulty(s.Hyperparameters, neuron.DefaultParams(), now)
}

func (w *world) table([]string) string {
	s, err := w.subnets.Get(w.Ctx, w.netuid)
	require.NoError(w.t, err)
	all, err := w.neurons.All(w.Ctx, w.netuid)
	require.NoError(w.t, err)
	ranking, err := w.neurons.Rankings.Get(w.Ctx, w.netuid)
	if err != nil {
		ranking.EmissionRao = nil
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%-4s %-10s %-8s %-10s %-6s %s\n", "uid", "generation", "neuron", "registered", "paid", "now immune")
	for i, n := range all {
		paid := uint64(0)
		if i < len(ranking.EmissionRao) {
			paid = ranking.EmissionRao[i]
		}
		fmt.Fprintf(&out, "%-4d %-10d %-8s %-10d %-6d %t\n", n.Uid, n.Generation, w.names[n.Hotkey], n.RegisteredAt, paid,
			w.Ctx.BlockHeight() < n.ImmuneUntil(s.Hyperparameters))
	}
	return out.String()
}

func amount(rao uint64) string { return fmt.Sprintf("%d.%09d", rao/tao, rao%tao) }
