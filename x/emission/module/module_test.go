package module_test

import (
	"encoding/json"
	"testing"

	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/dendra-net/dendra/internal/teststore"
	"github.com/dendra-net/dendra/x/emission"
	"github.com/dendra-net/dendra/x/emission/keeper"
	"github.com/dendra-net/dendra/x/emission/module"
)

func newModule(t *testing.T) (*teststore.Store, module.AppModule) {
	t.Helper()
	s := teststore.New(t, []string{emission.StoreKey}, map[string][]string{emission.ModuleName: {"minter", "burner"}, emission.BurntName: nil})
	return s, module.NewAppModule(keeper.NewKeeper(s.Codec, s.Service(emission.StoreKey), s.Bank, nil, s.Authority))
}

func TestGenesisAsJSON(t *testing.T) {
	s, m := newModule(t)
	raw := m.DefaultGenesis(s.Codec)
	require.NoError(t, m.ValidateGenesis(s.Codec, nil, raw))
	m.InitGenesis(s.Ctx, s.Codec, raw)
	require.JSONEq(t, string(raw), string(m.ExportGenesis(s.Ctx, s.Codec)))

	for _, bad := range []string{"", "{", "{\"params\":{}}", "{\"surprise\":1}"} {
		require.Error(t, m.ValidateGenesis(s.Codec, nil, json.RawMessage(bad)), bad)
	}
	require.Panics(t, func() { m.InitGenesis(s.Ctx, s.Codec, json.RawMessage("{\"params\":{}}")) })
}

func TestServices(t *testing.T) {
	s, m := newModule(t)
	require.Equal(t, emission.ModuleName, m.Name())
	server := grpc.NewServer()
	require.NoError(t, m.RegisterServices(server))
	require.Contains(t, server.GetServiceInfo(), "dendra.emission.v1.Query")
	require.Contains(t, server.GetServiceInfo(), "dendra.emission.v1.Msg")
	m.RegisterInterfaces(s.Registry)
	m.RegisterLegacyAminoCodec(codec.NewLegacyAmino())
	_, err := s.Registry.Resolve("/dendra.emission.v1.MsgUpdateParams")
	require.NoError(t, err)
}
