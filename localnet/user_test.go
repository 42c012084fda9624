package localnet_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const tao = 1_000_000_000

// receipt is what every transaction prints.
type receipt struct {
	Tx     string
	Height int64
	FeeRao string `json:"fee_rao"`
}

// free is what a wallet could spend now.
func (m *market) free(t *testing.T, wallet string) uint64 {
	t.Helper()
	var b struct {
		Free string `json:"free_rao"`
	}
	m.do(t, &b, "wallet", "balance", "--wallet", wallet)
	return rao(t, b.Free)
}

func (m *market) address(t *testing.T, wallet string) string {
	t.Helper()
	var b struct{ Address string }
	m.do(t, &b, "wallet", "balance", "--wallet", wallet)
	return b.Address
}

func (m *market) carriesOutTransactions(t *testing.T) {
	t.Run("stake", m.stakes)
	t.Run("send", m.sends)
	t.Run("create a subnet", m.createsSubnet)
	t.Run("register by burn", m.registersByBurn)
	t.Run("register by work", m.registersByWork)
	t.Run("too poor", m.refusesThePoor)
}

func (m *market) stakes(t *testing.T) {
	before := m.free(t, "alice")
	var r receipt
	m.do(t, &r, "stake", "add", "5", "--wallet", "alice", "--to", "validator-1", "--yes")
	require.Equal(t, before-5*tao-rao(t, r.FeeRao), m.free(t, "alice"))
	require.NotEmpty(t, r.Tx)
	var list struct {
		Stake     []struct{ Hotkey, Rao string }
		Unbonding []struct {
			Rao     string
			Release int64 `json:"release_height"`
		}
	}
	m.do(t, &list, "stake", "list", "alice")
	require.Len(t, list.Stake, 1)
	require.Equal(t, m.hotkeys(t)["validator-1"], list.Stake[0].Hotkey)
	require.GreaterOrEqual(t, rao(t, list.Stake[0].Rao), uint64(5*tao-1), "a share is worth what was paid for it, but for the last rao")

	m.do(t, &r, "stake", "remove", "2", "--wallet", "alice", "--from", "validator-1", "--yes")
	m.do(t, &list, "stake", "list", "alice")
	require.Len(t, list.Unbonding, 1)
	require.InDelta(t, 2*tao, float64(rao(t, list.Unbonding[0].Rao)), 1)
	require.Greater(t, list.Unbonding[0].Release, r.Height)
}

func (m *market) sends(t *testing.T) {
	alice, bob := m.free(t, "alice"), m.free(t, "bob")
	var r receipt
	m.do(t, &r, "wallet", "send", "--from", "alice", "--to", "bob", "1.5", "--yes")
	// Alice's unbonding may have ended in between; a later step follows every rao.
	require.GreaterOrEqual(t, m.free(t, "alice"), alice-1.5*tao-rao(t, r.FeeRao))
	require.Equal(t, bob+1.5*tao, m.free(t, "bob"))
}

func (m *market) createsSubnet(t *testing.T) {
	before := m.free(t, "bob")
	var made struct {
		receipt
		Netuid  int
		LockRao string `json:"lock_rao"`
	}
	m.do(t, &made, "subnet", "create", "--name", "mine", "--wallet", "bob", "--yes")
	require.Equal(t, subnetCount()+1, made.Netuid)
	require.Equal(t, before-rao(t, made.LockRao)-rao(t, made.FeeRao), m.free(t, "bob"))
	var list struct {
		Subnets []struct {
			Netuid      int
			Name, Owner string
		}
	}
	m.do(t, &list, "subnet", "list")
	last := list.Subnets[len(list.Subnets)-1]
	require.Equal(t, made.Netuid, last.Netuid)
	require.Equal(t, "mine", last.Name)
	require.Equal(t, m.address(t, "bob"), last.Owner)
	require.Equal(t, "name_taken", m.refuse(t, "subnet", "create", "--name", "mine", "--wallet", "bob", "--yes").Code)
}

// seat is what a registration prints.
type seat struct {
	receipt
	UID     int
	Hotkey  string
	BurnRao string `json:"burn_rao"`
}

func (m *market) registersByBurn(t *testing.T) {
	before := m.free(t, "carol")
	var s seat
	m.do(t, &s, "neuron", "register", "--subnet", "1", "--wallet", "carol", "--yes")
	require.Positive(t, rao(t, s.BurnRao))
	require.Equal(t, before-rao(t, s.BurnRao)-rao(t, s.FeeRao), m.free(t, "carol"))
	require.Equal(t, s.Hotkey, m.neurons(t, 1)[s.UID].Hotkey)
	require.Equal(t, "already_registered", m.refuse(t, "neuron", "register", "--subnet", "1", "--wallet", "carol", "--yes").Code)
	require.Equal(t, "price_above_max",
		m.refuse(t, "neuron", "register", "--subnet", "2", "--wallet", "carol", "--max-price", "0.000001", "--yes").Code)
}

// registersByWork gives a wallet without a rao a slot.
func (m *market) registersByWork(t *testing.T) {
	var made struct{ Address string }
	m.do(t, &made, "wallet", "create", "erin", "--plain")
	require.Zero(t, m.free(t, "erin"))
	var s seat
	m.do(t, &s, "neuron", "register", "--subnet", "2", "--work", "--wallet", "erin")
	require.Equal(t, "0", s.BurnRao)
	require.Equal(t, s.Hotkey, m.neurons(t, 2)[s.UID].Hotkey)
	require.Zero(t, m.free(t, "erin"))
}

func (m *market) refusesThePoor(t *testing.T) {
	c := m.refuse(t, "wallet", "send", "--from", "erin", "--to", "bob", "1", "--yes")
	require.Equal(t, "insufficient_funds", c.Code)
	require.Contains(t, c.Fix, "dendra faucet erin")
	require.Equal(t, "needs_confirmation", m.refuse(t, "wallet", "send", "--from", "bob", "--to", "erin", "1").Code)
}

// keepsDryRunsDry previews every kind of transaction and finds nothing changed after it.
func (m *market) keepsDryRunsDry(t *testing.T) {
	// Stake on its way back would come in between.
	eventually(t, time.Minute, "the end of alice's unbonding", func() bool {
		var list struct{ Unbonding []struct{ Rao string } }
		m.do(t, &list, "stake", "list", "alice")
		return len(list.Unbonding) == 0
	})
	alice, bob, seats, subnets := m.free(t, "alice"), m.free(t, "bob"), len(m.neurons(t, 2)), m.subnets(t)
	for _, args := range [][]string{
		{"stake", "add", "5", "--wallet", "alice", "--to", "validator-1"},
		{"stake", "remove", "1", "--wallet", "alice", "--from", "validator-1"},
		{"wallet", "send", "--from", "alice", "--to", "bob", "1"},
		{"subnet", "create", "--name", "another", "--wallet", "alice"},
		{"neuron", "register", "--subnet", "2", "--wallet", "alice"},
		{"neuron", "register", "--subnet", "2", "--work", "--wallet", "alice"},
	} {
		var look struct {
			DryRun bool   `json:"dry_run"`
			Fee    string `json:"fee_rao"`
			Cost   string `json:"cost_rao"`
			After  string `json:"balance_after_rao"`
		}
		m.do(t, &look, append(args, "--dry-run")...)
		require.True(t, look.DryRun, args)
		require.Equal(t, alice-rao(t, look.Cost)-rao(t, look.Fee), rao(t, look.After), args)
	}
	newest := m.height(t)
	eventually(t, time.Minute, "two more blocks", func() bool { return m.height(t) >= newest+2 })
	require.Equal(t, alice, m.free(t, "alice"))
	require.Equal(t, bob, m.free(t, "bob"))
	require.Len(t, m.neurons(t, 2), seats)
	require.Equal(t, subnets, m.subnets(t))
}

func (m *market) subnets(t *testing.T) int {
	t.Helper()
	var list struct{ Subnets []struct{ Netuid int } }
	m.do(t, &list, "subnet", "list")
	return len(list.Subnets)
}

// height is the newest block.
func (m *market) height(t *testing.T) int64 {
	t.Helper()
	var s struct{ Height int64 }
	m.do(t, &s, "chain", "supply", "--at", strconv.Itoa(0))
	return s.Height
}
