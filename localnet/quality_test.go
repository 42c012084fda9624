package localnet_test

import (
	"crypto/sha256"
	"fmt"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/localnet"
	"github.com/dendra-net/dendra/subnets/text/lexi"
)

// What a market on a machine of two cores must keep, and what a loaded machine is allowed.
const (
	firstPayWithin = 90 * time.Second  // 60 s on a machine of its own
	strangerWithin = 150 * time.Second // 90 s
	epochTime      = 60 * time.Second  // an epoch has 20 blocks of a second
	mostResidentMB = 900
)

// subnetRow is `dendra subnet show --json`, as far as the tests read it.
type subnetRow struct {
	Netuid  uint16
	Height  int64
	Tempo   int64
	Epoch   uint64
	Neurons []neuronRow
}

type neuronRow struct {
	UID         uint16
	Hotkey      string
	Permit      bool
	Incentive   float64
	Dividend    float64
	EmissionRao string `json:"emission_rao"`
	LastUpdate  int64  `json:"last_update"`
	Endpoint    string
}

// subnet reads a subnet at a height; 0 is the newest.
func (m *market) subnet(t *testing.T, netuid int, height int64) subnetRow {
	t.Helper()
	var s subnetRow
	m.do(t, &s, "subnet", "show", strconv.Itoa(netuid), "--at", strconv.FormatInt(height, 10))
	return s
}

func (m *market) neurons(t *testing.T, netuid int) []neuronRow {
	t.Helper()
	return m.subnet(t, netuid, 0).Neurons
}

// hotkeys are the addresses of the default hotkeys of all wallets in the home, by wallet.
func (m *market) hotkeys(t *testing.T) map[string]string {
	t.Helper()
	var list struct {
		Wallets []struct {
			Name    string
			Hotkeys []struct{ Name, Address string }
		}
	}
	m.do(t, &list, "wallet", "list")
	found := map[string]string{}
	for _, w := range list.Wallets {
		require.NotEmpty(t, w.Hotkeys, w.Name)
		found[w.Name] = w.Hotkeys[0].Address
	}
	return found
}

// subnetCount is how many subnets the market begins with.
func subnetCount() int { return len(localnet.Default().Subnets) }

// paysSoon also measures what an idle market takes: until the first pay only its own miners and validators work.
func (m *market) paysSoon(t *testing.T) {
	var first subnetRow
	for netuid := 1; netuid <= subnetCount(); netuid++ {
		eventually(t, firstPayWithin-min(time.Since(m.ready), firstPayWithin), fmt.Sprintf("incentive on subnet %d", netuid), func() bool {
			first = m.subnet(t, netuid, 0)
			return totalIncentive(first) > 0
		})
		record(t, fmt.Sprintf("first_incentive_subnet_%d_seconds", netuid), time.Since(m.ready).Seconds())
	}
	if share, ok := m.meter.cpuShare(20 * time.Second); ok {
		record(t, "idle_cpu_cores", share)
	}
	paid := uint64(0)
	for _, n := range first.Neurons {
		paid += rao(t, n.EmissionRao)
	}
	require.Positive(t, paid, "who has incentive must be paid")
}

func totalIncentive(s subnetRow) (sum float64) {
	for _, n := range s.Neurons {
		sum += n.Incentive
	}
	return sum
}

func rao(t *testing.T, text string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err)
	return n
}

// judgedEpochs is how many epochs of pay are added up before the miners are compared.
const judgedEpochs = 3

// paysQuality adds up what each planned miner got in the last epochs: that must follow what is known of its model.
func (m *market) paysQuality(t *testing.T) {
	plan, address := localnet.Default(), m.hotkeys(t)
	for i, planned := range plan.Subnets {
		netuid := i + 1
		paid := m.incentives(t, netuid)
		got := map[string]float64{}
		for _, p := range plan.Miners {
			if p.Subnet == planned.Name {
				got[p.Model] = paid[address[p.Name]] / judgedEpochs
			}
		}
		t.Logf("mean incentive on %s: %v", planned.Name, got)
		better := func(a, b string) {
			_, hasA := got[a]
			_, hasB := got[b]
			if hasA && hasB {
				require.Greater(t, got[a], got[b], "%s against %s on %s", a, b, planned.Name)
			}
		}
		better("scholar", "clerk")
		better("clerk", "novice")
		better("cnn", "mlp")
		better("mlp", "linear")
		better("novice", "lazy")
		for _, cheat := range []string{"lazy", localnet.ModelCopycat, "parrot"} {
			for _, honest := range []string{"clerk", "net-w", "prose", "code", "reference", "dictionary"} {
				better(honest, cheat)
			}
		}
		switch planned.Kind {
		case "text": // what it sold before it was found out fades over the epochs
			require.Less(t, got[localnet.ModelCopycat], 0.5*got["scholar"], "a copy is worth less than what it copies")
		case "pretrain":
			require.Less(t, got[localnet.ModelCopycat], 0.05*got["net-w"], "what is published twice tells nothing new")
		}
	}
}

// scoresHold audits what a validator published of every subnet.
func (m *market) scoresHold(t *testing.T) {
	for i, planned := range localnet.Default().Subnets {
		var report struct {
			Verdict  string
			Compared int
		}
		m.do(t, &report, "subnet", "audit", strconv.Itoa(i+1), "--validator", "validator-1")
		require.Equal(t, "right", report.Verdict, planned.Name)
		require.Positive(t, report.Compared)
		t.Logf("%s: %d things compared", planned.Name, report.Compared)
		if planned.PruneByEvidence {
			m.explainsReplacement(t, i+1)
		}
	}
}

// explainsReplacement asks why miners stand where they do in the order of replacement: by what validators published.
func (m *market) explainsReplacement(t *testing.T, netuid int) {
	scored := 0
	for uid := range 9 {
		var said struct {
			EqualToChain bool   `json:"equal_to_chain"`
			PruningUbits uint32 `json:"pruning_ubits"`
			Verdict      struct {
				PruningUbits uint32 `json:"pruning_ubits"`
				Said         []struct {
					What   string
					SHA256 string
				}
			}
		}
		m.do(t, &said, "explain", "prune", "--subnet", strconv.Itoa(netuid), "--neuron", strconv.Itoa(uid))
		require.True(t, said.EqualToChain)
		require.Equal(t, said.PruningUbits, said.Verdict.PruningUbits)
		require.Len(t, said.Verdict.Said, len(localnet.Default().Validators))
		for _, s := range said.Verdict.Said {
			require.NotEqual(t, "no_evidence", s.What)
			require.Len(t, s.SHA256, 64)
		}
		if said.PruningUbits > 0 {
			scored++
		}
	}
	require.Positive(t, scored, "somebody would be missed")
}

// speaksTogether asks the model that is all miners of a subnet, and looks at the curve on which it beats each of them.
func (m *market) speaksTogether(t *testing.T) {
	var said struct{ Answer, Netuid string }
	m.do(t, &said, "ask", "--model", "collective", "It was a bright cold day and the")
	require.NotEmpty(t, said.Answer)
	require.Equal(t, "3", said.Netuid)
	var curve struct {
		Points []struct {
			Epoch uint64
			Facts []struct {
				Name  string
				Value float64
			}
		}
	}
	m.do(t, &curve, "subnet", "curve", "3")
	ahead, epochs := 0, 0
	for _, p := range curve.Points {
		facts := map[string]float64{}
		for _, f := range p.Facts {
			facts[f.Name] = f.Value
		}
		if best, ok := facts["best_single"]; ok {
			epochs++
			if facts["mixture"] < best {
				ahead++
			}
		}
	}
	t.Logf("the collective was better than its best member in %d of %d epochs", ahead, epochs)
	require.GreaterOrEqual(t, epochs, judgedEpochs)
	require.Greater(t, 2*ahead, epochs)
}

// incentives sums each hotkey's incentive over the newest epochs of a subnet, once there are enough after the first pay.
func (m *market) incentives(t *testing.T, netuid int) map[string]float64 {
	t.Helper()
	var s subnetRow
	const firstPaid = 1 // the epoch that can be the first with pay
	eventually(t, (judgedEpochs+2)*epochTime, "epochs of pay", func() bool {
		s = m.subnet(t, netuid, 0)
		return s.Epoch >= firstPaid+4+judgedEpochs
	})
	sum, height := map[string]float64{}, s.Height
	for range judgedEpochs {
		for _, n := range m.subnet(t, netuid, height).Neurons {
			sum[n.Hotkey] += n.Incentive
		}
		height -= s.Tempo
	}
	return sum
}

// welcomesStranger starts a model server of another's and a miner before it, as the guide says.
func (m *market) welcomesStranger(t *testing.T) {
	seed := sha256.Sum256([]byte("a stranger"))
	brain, err := lexi.New(lexi.Options{Seed: seed[:]})
	require.NoError(t, err)
	const model = "a-model-of-my-own"
	server := httptest.NewServer(lexi.Handler(brain, model))
	m.whole.Cleanup(server.Close)
	m.joined = time.Now()
	words := guideWords(t, guideChat)
	words = guideWords(t, guideChat, valueOf(t, words, "--upstream"), server.URL+"/v1", valueOf(t, words, "--model"), model)
	m.stranger = m.start(m.whole, append(words, "--yes", "--home", m.dir)...)
	eventually(t, time.Minute, "the stranger's endpoint", func() bool {
		require.True(t, m.stranger.running(), "%s", m.stranger.err)
		return strings.Contains(m.stranger.err.String(), "serving subnet 1 at ")
	})
	t.Log(m.stranger.err.String())
}

// me is the stranger's neuron.
func (m *market) me(t *testing.T) neuronRow {
	t.Helper()
	mine := m.hotkeys(t)["me"]
	require.NotEmpty(t, mine)
	for _, n := range m.neurons(t, 1) {
		if n.Hotkey == mine {
			return n
		}
	}
	require.Fail(t, "the stranger has no slot")
	return neuronRow{}
}

func (m *market) paysStranger(t *testing.T) {
	require.NotNil(t, m.stranger)
	eventually(t, strangerWithin-min(time.Since(m.joined), strangerWithin-time.Second), "pay for the stranger", func() bool {
		return strings.Contains(m.stranger.out.String(), "incentive 0.") && m.me(t).Incentive > 0
	})
	require.True(t, m.stranger.running(), "%s", m.stranger.err)
	me := m.me(t)
	require.Positive(t, rao(t, me.EmissionRao))
	record(t, "stranger_earned_within_seconds", m.strangersFirstPay(t).Seconds())
	t.Log(m.stranger.out.String())
}

// strangersFirstPay is the time from the stranger's command to the block whose epoch first gave it incentive.
func (m *market) strangersFirstPay(t *testing.T) time.Duration {
	t.Helper()
	mine, height := m.hotkeys(t)["me"], m.height(t)
	for at := int64(1); at <= height; at++ {
		if status, body := get(t, fmt.Sprintf("%s/dendra/neuron/v1/subnets/1/hotkeys/%s", m.card.REST, mine), at); status != 200 {
			require.NotEmpty(t, body)
			continue // not registered yet
		}
		for _, n := range m.subnet(t, 1, at).Neurons {
			if n.Hotkey == mine && n.Incentive > 0 {
				return m.blockTime(t, at).Sub(m.joined)
			}
		}
	}
	require.Fail(t, "the stranger never had incentive")
	return 0
}

func (m *market) staysSmall(t *testing.T) {
	then, most, ok := m.meter.residentMB(time.Minute)
	if !ok {
		t.Skip("this system has no /proc to read a process's memory from")
	}
	record(t, "resident_mb_after_60s", then)
	record(t, "resident_mb_most", most)
	require.Less(t, most, float64(mostResidentMB))
}
