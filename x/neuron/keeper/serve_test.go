package keeper_test

import (
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/stretchr/testify/require"

	"github.com/dendra-net/dendra/x/neuron"
)

// free sends a free message as the application does: through the door, then to its handler. Door and handler agree.
func (b *bed) free(m sdk.Msg) error {
	b.t.Helper()
	admitted, door := b.neurons.Admit(b.Ctx, m)
	require.Equal(b.t, door == nil, admitted)
	ctx, write := b.Ctx.CacheContext()
	var err error
	switch m := m.(type) {
	case *neuron.MsgServe:
		_, err = b.msg.Serve(ctx, m)
	case *neuron.MsgCommitData:
		_, err = b.msg.CommitData(ctx, m)
	}
	if err == nil {
		require.NoError(b.t, door)
		write()
	} else {
		require.EqualError(b.t, door, err.Error())
	}
	b.checkLaws()
	return err
}

// R-NEURON-9, R-NEURON-11
func TestServe(t *testing.T) {
	b := newBed(t)
	id := b.subnet("text", nil)
	other := b.subnet("vision", nil)
	b.block(10)
	b.mustRegister(id, "ada")
	serve := func(hotkey string, netuid uint32, endpoint string) error {
		return b.free(&neuron.MsgServe{Hotkey: hotkey, Netuid: netuid, Endpoint: endpoint})
	}
	ada := key("ada").address().String()
	require.NoError(t, serve(ada, id, "http://ada.example.org"))
	n, err := b.neurons.ByUID(b.Ctx, id, 0)
	require.NoError(t, err)
	require.Equal(t, "http://ada.example.org", n.Endpoint)
	require.Equal(t, int64(10), n.ServedAt)

	b.block(59)
	err = serve(ada, id, "http://other.example.org")
	require.ErrorIs(t, err, neuron.ErrServeRate)
	require.ErrorContains(t, err, "served at height 10; again from 60, now is 59")
	admitted, err := b.neurons.Admit(b.Ctx.WithIsCheckTx(true), &neuron.MsgServe{Hotkey: ada, Netuid: id})
	require.NoError(t, err, "it will be in block 60 at the soonest")
	require.True(t, admitted)
	b.block(60)
	require.NoError(t, serve(ada, id, ""), "a neuron may stop serving")

	require.ErrorIs(t, serve(ada, other, "http://ada.example.org"), neuron.ErrNotRegistered)
	require.ErrorIs(t, serve(ada, 99, "http://ada.example.org"), neuron.ErrNotRegistered)
	require.ErrorIs(t, serve(key("ben").address().String(), id, "http://ben.example.org"), neuron.ErrNotRegistered)
	require.ErrorIs(t, serve("ada", id, "http://ada.example.org"), sdkerrors.ErrInvalidAddress)
	require.ErrorIs(t, serve(ada, id, "ftp://ada.example.org"), neuron.ErrBadEndpoint)
}

// R-NEURON-10, R-NEURON-11
func TestCommitData(t *testing.T) {
	b := newBed(t)
	id := b.subnet("text", nil)
	b.block(10)
	b.mustRegister(id, "ada")
	ada := key("ada").address().String()
	commit := func(hotkey string, data []byte) error {
		return b.free(&neuron.MsgCommitData{Hotkey: hotkey, Netuid: id, Data: data})
	}
	require.NoError(t, commit(ada, make([]byte, 128)))
	b.block(109)
	err := commit(ada, []byte("model 2"))
	require.ErrorIs(t, err, neuron.ErrDataRate)
	require.ErrorContains(t, err, "committed at height 10; again from 110, now is 109")
	b.block(110)
	require.NoError(t, commit(ada, []byte("model 2")))
	d, err := b.query.Data(b.Ctx, &neuron.QueryDataRequest{Netuid: id, Hotkey: ada})
	require.NoError(t, err)
	require.Equal(t, neuron.Data{Netuid: id, Hotkey: ada, Data: []byte("model 2"), Height: 110, FirstHotkey: ada, FirstHeight: 110}, d.Data)

	b.block(300)
	for name, data := range map[string][]byte{"nothing": nil, "one byte too many": make([]byte, 129), "a book": make([]byte, 1<<20)} {
		require.ErrorIs(t, commit(ada, data), neuron.ErrDataSize, name)
	}
	require.ErrorIs(t, commit(key("ben").address().String(), []byte("x")), neuron.ErrNotRegistered)
	require.ErrorIs(t, commit("", []byte("x")), sdkerrors.ErrInvalidAddress)
	_, err = b.query.Data(b.Ctx, &neuron.QueryDataRequest{Netuid: id, Hotkey: key("ben").address().String()})
	require.ErrorIs(t, err, neuron.ErrNoData)
}

// R-NEURON-11: registrations are not free at this door.
func TestAdmitKnowsItsOwnMessages(t *testing.T) {
	b := newBed(t)
	for _, m := range []sdk.Msg{&neuron.MsgRegister{}, &neuron.MsgRegisterWork{}, &neuron.MsgUpdateParams{}} {
		free, err := b.neurons.Admit(b.Ctx, m)
		require.NoError(t, err)
		require.False(t, free)
	}
}
