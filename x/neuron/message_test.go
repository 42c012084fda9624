package neuron_test

import (
	"crypto/ed25519"
	"net/url"
	"strings"
	"testing"

	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/internal/prefix"
	"github.com/dendra-net/dendra/internal/teststore"
	sdkneuron "github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/seal"
	"github.com/dendra-net/dendra/x/neuron"
)

var private = ed25519.NewKeyFromSeed([]byte("a seed of exactly thirty-two b.."))

// R-NEURON-5: a proof is worth nothing for another chain, subnet, coldkey or hotkey, nor when it is altered.
func TestProofsAreBound(t *testing.T) {
	prefix.Set()
	public := []byte(private.Public().(ed25519.PublicKey))
	ada, ben := teststore.Address("ada"), teststore.Address("ben")
	proof := ed25519.Sign(private, seal.Possession("dendra-1", 7, ada))
	require.NoError(t, neuron.CheckPossession("dendra-1", 7, ada, public, proof))
	other := ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey)
	bent := append([]byte{proof[0] ^ 1}, proof[1:]...)
	for name, err := range map[string]error{
		"chain":     neuron.CheckPossession("dendra-2", 7, ada, public, proof),
		"subnet":    neuron.CheckPossession("dendra-1", 8, ada, public, proof),
		"coldkey":   neuron.CheckPossession("dendra-1", 7, ben, public, proof),
		"hotkey":    neuron.CheckPossession("dendra-1", 7, ada, other, proof),
		"signature": neuron.CheckPossession("dendra-1", 7, ada, public, bent),
		"nothing":   neuron.CheckPossession("dendra-1", 7, ada, public, nil),
	} {
		require.ErrorIs(t, err, neuron.ErrBadProof, name)
	}
}

// R-NEURON-5: chain and clients give one name to a hotkey.
func TestHotkeyAddressIsThatOfTheClients(t *testing.T) {
	prefix.Set()
	public := private.Public().(ed25519.PublicKey)
	addr, err := neuron.HotkeyAddress(public)
	require.NoError(t, err)
	require.Equal(t, string(sdkneuron.AddressOf(public)), addr.String())
}

func TestMalformedClaims(t *testing.T) {
	prefix.Set()
	public := []byte(private.Public().(ed25519.PublicKey))
	hotkey, err := neuron.HotkeyAddress(public)
	require.NoError(t, err)
	good := neuron.MsgRegisterWork{
		Hotkey: hotkey.String(), Coldkey: teststore.Address("ada").String(), Netuid: 1, HotkeyPubkey: public, Proof: make([]byte, 64),
	}
	_, err = good.Newcomer()
	require.NoError(t, err)
	for _, c := range []struct {
		name   string
		change func(*neuron.MsgRegisterWork)
		want   error
	}{
		{"short key", func(m *neuron.MsgRegisterWork) { m.HotkeyPubkey = public[:31] }, neuron.ErrBadKey},
		{"long key", func(m *neuron.MsgRegisterWork) { m.HotkeyPubkey = make([]byte, 1<<20) }, neuron.ErrBadKey},
		{"no key", func(m *neuron.MsgRegisterWork) { m.HotkeyPubkey = nil }, neuron.ErrBadKey},
		{"short proof", func(m *neuron.MsgRegisterWork) { m.Proof = m.Proof[:63] }, neuron.ErrBadProof},
		{"long proof", func(m *neuron.MsgRegisterWork) { m.Proof = make([]byte, 65) }, neuron.ErrBadProof},
		{"somebody else's hotkey", func(m *neuron.MsgRegisterWork) { m.Hotkey = m.Coldkey }, neuron.ErrBadKey},
		{"no hotkey", func(m *neuron.MsgRegisterWork) { m.Hotkey = "" }, neuron.ErrBadKey},
		{"no coldkey", func(m *neuron.MsgRegisterWork) { m.Coldkey = "" }, sdkerrors.ErrInvalidAddress},
		{"coldkey of another chain", func(m *neuron.MsgRegisterWork) { m.Coldkey = "cosmos1zcjduepq" }, sdkerrors.ErrInvalidAddress},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := good
			c.change(&m)
			_, err := m.Newcomer()
			require.ErrorIs(t, err, c.want)
		})
	}
}

// R-NEURON-9
func TestEndpoints(t *testing.T) {
	for _, good := range []string{
		"", "http://127.0.0.1:9000", "https://miner.example.org", "https://miner.example.org/v1/", "http://[::1]:80",
		"http://" + strings.Repeat("a", 249),
	} {
		require.NoError(t, neuron.ValidateEndpoint(good), good)
	}
	for _, bad := range []string{
		"miner.example.org", "ftp://miner.example.org", "http://", "http://:80", "https:///path", "//miner.example.org",
		"http://user@miner.example.org", "http://user:pw@miner.example.org", "http://miner.example.org#top",
		"http://miner.example.org?x=1", "http://miner.example.org?", "http://miner.example.org:0", "http://miner.example.org:65536",
		"http://miner.example.org:http", "http://miner example.org", "http://mïner.example.org", "http://miner.example.org\n",
		"http://\x00", "https://http://a", "httphttp://a", "http://a/%zz", "http://a\\b", "http://a/b c", "http://[::1]x", "http://[]", "http://[::1]80", "http://[::1", "javascript:alert(1)", "http://" + strings.Repeat("a", 250), strings.Repeat("a", 1<<20),
	} {
		err := neuron.ValidateEndpoint(bad)
		require.ErrorIs(t, err, neuron.ErrBadEndpoint, "%.40q", bad)
		require.Less(t, len(err.Error()), 600)
	}
}

// R-NEURON-9: clients can parse whatever the chain lets in, and find in it what the chain found.
func FuzzEndpoints(f *testing.F) {
	for _, seed := range []string{"http://127.0.0.1:9000", "https://a.b-c_d/v1/~x.y", "http://[::1]:80/", "http://[", "http://a:b@c", "https://http://a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, endpoint string) {
		if endpoint == "" || neuron.ValidateEndpoint(endpoint) != nil {
			return
		}
		u, err := url.Parse(endpoint)
		if err != nil && strings.Contains(endpoint, "[") {
			return // only shaped like an address
		}
		require.NoError(t, err)
		require.Contains(t, []string{"http", "https"}, u.Scheme)
		require.NotEmpty(t, u.Hostname())
		require.Nil(t, u.User)
		require.Empty(t, u.RawQuery+u.Fragment)
		require.Equal(t, endpoint, u.String())
	})
}
