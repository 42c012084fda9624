package chainclient_test

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	"github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/dendra-net/dendra/chainclient"
	"github.com/dendra-net/dendra/internal/testchain"
	dendra "github.com/dendra-net/dendra/neuron"
	"github.com/dendra-net/dendra/wallet"
	"github.com/dendra-net/dendra/x/neuron"
	"github.com/dendra-net/dendra/x/subnet"
	"github.com/dendra-net/dendra/x/weights"
)

// GetBlockByHeight answers as a node does, with a hash made of the height.
func (c cometPart) GetBlockByHeight(_ context.Context, req *cmtservice.GetBlockByHeightRequest) (*cmtservice.GetBlockByHeightResponse, error) {
	c.f.mu.Lock()
	defer c.f.mu.Unlock()
	c.f.blocks++
	if newest := c.f.height.Load(); req.Height > newest {
		return nil, status.Error(codes.InvalidArgument, "requested block height is bigger then the chain length")
	}
	hash := hashOf(req.Height)
	res := &cmtservice.GetBlockByHeightResponse{BlockId: &cmtproto.BlockID{Hash: hash[:]}, SdkBlock: &cmtservice.Block{}}
	res.SdkBlock.Header.Height = req.Height
	if c.f.block != nil {
		c.f.block(res)
	}
	return res, nil
}

func hashOf(height int64) [32]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(height)))
}

func TestBlockHash(t *testing.T) {
	f := startNode(t)
	c := dial(t, nil, f.address)
	for range 3 {
		hash, err := c.BlockHash(t.Context(), 7)
		require.NoError(t, err)
		require.Equal(t, hashOf(7), hash)
	}
	require.Equal(t, 1, f.blocks, "a hash never changes: it is asked for once")

	_, err := c.BlockHash(t.Context(), 11)
	require.ErrorIs(t, err, chainclient.ErrNoBlock)
	require.ErrorContains(t, err, "block 11 is not made yet; the newest is 10")
	_, err = c.BlockHash(t.Context(), 0)
	require.ErrorIs(t, err, chainclient.ErrNoBlock)
	f.height.Store(11)
	_, err = c.BlockHash(t.Context(), 11)
	require.NoError(t, err, "what was not there is asked for again")
}

func TestBlockHashOfALiar(t *testing.T) {
	for name, lie := range map[string]func(*cmtservice.GetBlockByHeightResponse){
		"no hash":       func(r *cmtservice.GetBlockByHeightResponse) { r.BlockId = nil },
		"half a hash":   func(r *cmtservice.GetBlockByHeightResponse) { r.BlockId.Hash = r.BlockId.Hash[:16] },
		"no block":      func(r *cmtservice.GetBlockByHeightResponse) { r.SdkBlock = nil },
		"another block": func(r *cmtservice.GetBlockByHeightResponse) { r.SdkBlock.Header.Height++ },
	} {
		t.Run(name, func(t *testing.T) {
			f := startNode(t)
			f.block = lie
			_, err := dial(t, nil, f.address).BlockHash(t.Context(), 7)
			require.ErrorIs(t, err, chainclient.ErrBadAnswer)
		})
	}
}

// What neurons say for an exam goes without a fee, in the words of the chain.
func TestExamMessages(t *testing.T) {
	f := startNode(t)
	c := dial(t, nil, f.address)
	key := wallet.LocalHotkey("a", "b")
	require.NoError(t, c.CommitData(t.Context(), key, 3, []byte("model")))
	e := dendra.Evidence{Epoch: 4, Digest: [32]byte{5}, URL: "http://a", UIDs: []uint16{1, 2}, Generations: []uint32{0, 7}, Pruning: []uint32{8, 9}}
	require.NoError(t, c.PublishEvidence(t.Context(), key, 3, e))
	require.Len(t, f.sent, 2)
	var data neuron.MsgCommitData
	readMessage(t, f.sent[0], &data)
	require.Equal(t, neuron.MsgCommitData{Hotkey: string(key.Address()), Netuid: 3, Data: []byte("model")}, data)
	var said weights.MsgPublishEvidence
	readMessage(t, f.sent[1], &said)
	require.Equal(t, weights.MsgPublishEvidence{
		Hotkey: string(key.Address()), Netuid: 3, Epoch: 4, Digest: e.Digest[:], Url: "http://a", Uids: []uint32{1, 2}, Generations: []uint32{0, 7}, PruningUbits: []uint32{8, 9},
	}, said)

	e.Pruning = e.Pruning[:1]
	require.ErrorContains(t, c.PublishEvidence(t.Context(), key, 3, e), "2 uids, 2 generations and 1 pruning scores")
	require.Len(t, f.sent, 2)
}

// readMessage decodes the message of a transaction that offers no fee.
func readMessage(t *testing.T, raw *tx.TxRaw, m proto.Message) {
	t.Helper()
	var body tx.TxBody
	require.NoError(t, proto.Unmarshal(raw.BodyBytes, &body))
	require.Len(t, body.Messages, 1)
	require.NoError(t, proto.Unmarshal(body.Messages[0].Value, m))
	var auth tx.AuthInfo
	require.NoError(t, proto.Unmarshal(raw.AuthInfoBytes, &auth))
	require.Empty(t, auth.Fee.Amount)
}

// Committed reads all pages at one height, by hotkey, with who was first; old heights tell what was known then.
func TestCommitted(t *testing.T) {
	g := testchain.Genesis()
	g.Neuron.Params.DataRateLimit = 1
	var members []testchain.Member
	const neurons = 300 // more than a page
	for i := range neurons {
		members = append(members, testchain.Member{Name: fmt.Sprint("m", i)})
	}
	testchain.AddSubnet(&g, "train", func(h *subnet.Hyperparameters) { h.MaxNeurons = 400 }, members...)
	n := testchain.Lawless(t, g)
	client := (&ledger{Chain: n}).serve(t)
	commit := func(name, data string) []byte {
		return n.Sign(testchain.Hot(name), &neuron.MsgCommitData{Hotkey: testchain.Hot(name).Address().String(), Netuid: 1, Data: []byte(data)})
	}
	n.Block()
	n.Block(commit("m7", "model"))
	var txs [][]byte
	for i := range neurons {
		txs = append(txs, commit(fmt.Sprint("m", i), "model"))
	}
	n.Block(txs...)
	n.Block(commit("m7", "better"))

	first := dendra.Address(testchain.Hot("m7").Address().String())
	all, err := client.Committed(t.Context(), 1, 3)
	require.NoError(t, err)
	require.Len(t, all, neurons)
	for _, d := range all {
		require.Equal(t, dendra.Committed{Hotkey: d.Hotkey, Data: []byte("model"), Height: 3, First: first, FirstHeight: 2}, d)
	}
	require.True(t, slices.IsSortedFunc(all, func(a, b dendra.Committed) int { return slices.Compare([]byte(a.Hotkey), []byte(b.Hotkey)) }))
	then, err := client.Committed(t.Context(), 1, 2)
	require.NoError(t, err)
	require.Equal(t, []dendra.Committed{{Hotkey: first, Data: []byte("model"), Height: 2, First: first, FirstHeight: 2}}, then)
	now, err := client.Committed(t.Context(), 1, 0)
	require.NoError(t, err)
	require.Contains(t, now, dendra.Committed{Hotkey: first, Data: []byte("better"), Height: 4, First: first, FirstHeight: 4})
	_, err = client.Committed(t.Context(), 1, -1)
	require.ErrorIs(t, err, chainclient.ErrNoBlock)
	_, err = client.Committed(t.Context(), 9, 0)
	require.ErrorIs(t, err, &chainclient.TxError{Codespace: subnet.ModuleName, Code: subnet.ErrSubnetUnknown.ABCICode()})
}

// Evidence is found by validator and epoch, also when there is newer one, as far as a node remembers.
func TestEvidenceOfAnEpoch(t *testing.T) {
	g := testchain.Genesis()
	testchain.AddSubnet(&g, "mix", func(h *subnet.Hyperparameters) { h.Tempo, h.WeightsRateLimit, h.CommitReveal = 5, 1, false },
		testchain.Member{Name: "val", StakeRao: 100 * tao}, testchain.Member{Name: "m"})
	n := testchain.New(t, g)
	l := &ledger{Chain: n}
	client := l.serve(t)
	n.Block()
	val := testchain.Hot("val")
	hotkey := dendra.Address(val.Address().String())
	none, err := client.SubnetEvidence(t.Context(), 1)
	require.NoError(t, err)
	require.Empty(t, none)
	_, err = client.Evidence(t.Context(), 1, hotkey)
	require.ErrorIs(t, err, chainclient.ErrNoEvidence)
	for epoch := uint64(1); epoch <= 8; epoch++ {
		if epoch != 4 {
			n.Must(val, &weights.MsgSetWeights{Hotkey: string(hotkey), Netuid: 1, Uids: []uint32{1}, Generations: []uint32{0}, Weights: []uint32{1}})
			n.Must(val, &weights.MsgPublishEvidence{
				Hotkey: string(hotkey), Netuid: 1, Epoch: epoch, Digest: make([]byte, 32), Url: "http://val", Uids: []uint32{1}, Generations: []uint32{0}, PruningUbits: []uint32{uint32(epoch)},
			})
		}
		n.To(1 + 5*int64(epoch))
	}
	for _, epoch := range []uint64{1, 2, 3, 5, 6, 7, 8} {
		p, err := client.EvidenceOf(t.Context(), 1, hotkey, epoch)
		require.NoError(t, err)
		require.Equal(t, chainclient.Published{
			Evidence: dendra.Evidence{Epoch: epoch, URL: "http://val", UIDs: []uint16{1}, Generations: []uint32{0}, Pruning: []uint32{uint32(epoch)}},
			Hotkey:   hotkey, Height: 5*int64(epoch) - 2, // set in the first block of the epoch, published in the second
		}, p)
	}
	for _, epoch := range []uint64{0, 4, 9} {
		_, err = client.EvidenceOf(t.Context(), 1, hotkey, epoch)
		require.ErrorIs(t, err, chainclient.ErrNoEvidence, "epoch %d", epoch)
	}
	all, err := client.SubnetEvidence(t.Context(), 1)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, uint64(8), all[0].Epoch)
	l.forgotten = 20
	_, err = client.EvidenceOf(t.Context(), 1, hotkey, 2)
	require.ErrorIs(t, err, chainclient.ErrPruned)
}
