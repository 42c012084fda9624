package cli_test

import (
	"context"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	txtypes "github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/gogoproto/proto"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// reach names, for every message and query of the chain, a command that sends it. TestALifeOnTheChain types each of
// them and watches the wire.
var reach = map[string]string{
	"dendra.emission.v1.Msg/SetRootWeights": "root set",
	"dendra.emission.v1.Msg/Burn":           "chain burn",
	"dendra.emission.v1.Query/Params":       "chain params",
	"dendra.emission.v1.Query/Supply":       "chain supply",
	"dendra.emission.v1.Query/Ledgers":      "root show",
	"dendra.emission.v1.Query/RootVotes":    "root show",

	"dendra.guard.v1.Query/Params":     "chain params",
	"dendra.guard.v1.Query/Invariants": "chain laws",

	"dendra.neuron.v1.Msg/Register":         "neuron register",
	"dendra.neuron.v1.Msg/RegisterWork":     "neuron register",
	"dendra.neuron.v1.Msg/Serve":            "neuron serve",
	"dendra.neuron.v1.Msg/CommitData":       "neuron commit",
	"dendra.neuron.v1.Query/Params":         "chain params",
	"dendra.neuron.v1.Query/Neuron":         "neuron show",
	"dendra.neuron.v1.Query/NeuronByHotkey": "neuron show",
	"dendra.neuron.v1.Query/Neurons":        "neuron list",
	"dendra.neuron.v1.Query/Price":          "neuron price",
	"dendra.neuron.v1.Query/Data":           "neuron show",
	"dendra.neuron.v1.Query/SubnetData":     "neuron data",
	"dendra.neuron.v1.Query/Ranking":        "explain",
	"dendra.neuron.v1.Query/Work":           "neuron register",

	"dendra.producer.v1.Query/Producers": "chain producers",

	"dendra.stake.v1.Msg/AddStake":     "stake add",
	"dendra.stake.v1.Msg/RemoveStake":  "stake remove",
	"dendra.stake.v1.Msg/SetTake":      "stake take",
	"dendra.stake.v1.Query/Params":     "chain params",
	"dendra.stake.v1.Query/Hotkey":     "stake delegators",
	"dendra.stake.v1.Query/Hotkeys":    "stake hotkeys",
	"dendra.stake.v1.Query/Delegators": "stake delegators",
	"dendra.stake.v1.Query/Holdings":   "stake list",
	"dendra.stake.v1.Query/Unbondings": "stake list",

	"dendra.subnet.v1.Msg/CreateSubnet":   "subnet create",
	"dendra.subnet.v1.Msg/SetParam":       "subnet set",
	"dendra.subnet.v1.Msg/SetIdentity":    "subnet describe",
	"dendra.subnet.v1.Msg/DissolveSubnet": "subnet dissolve",
	"dendra.subnet.v1.Query/Params":       "chain params",
	"dendra.subnet.v1.Query/Subnet":       "subnet params",
	"dendra.subnet.v1.Query/Subnets":      "subnet list",
	"dendra.subnet.v1.Query/Price":        "subnet price",

	"dendra.weights.v1.Msg/SetWeights":    "weights set",
	"dendra.weights.v1.Msg/CommitWeights": "weights set",
	"dendra.weights.v1.Msg/RevealWeights": "weights set",
	"dendra.weights.v1.Query/Params":      "chain params",
	"dendra.weights.v1.Query/Rows":        "weights show",
	"dendra.weights.v1.Query/Bonds":       "weights bonds",
	"dendra.weights.v1.Query/Commits":     "weights commits",
	"dendra.weights.v1.Query/Scores":      "weights scores",
	"dendra.weights.v1.Query/Epoch":       "weights commits",
	"dendra.weights.v1.Query/Evidence":    "subnet audit",

	"dendra.weights.v1.Query/SubnetEvidence": "subnet audit",

	"dendra.weights.v1.Query/Metagraph": "subnet show",
	"dendra.weights.v1.Query/Replay":    "explain",
}

// unreached are the messages that no command sends for a person, with the reason.
var unreached = map[string]string{
	"PublishEvidence": "a validator sends it by itself, once the vote is revealed that the evidence explains",
	"UpdateParams":    "its signer is the authority of governance, an address that has no key",
}

// rpcs lists the chain's messages and queries by name, with the type of what is sent.
func rpcs(t *testing.T) map[string]string {
	out := map[string]string{}
	proto.HybridResolver.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		if !strings.HasPrefix(string(file.Package()), "dendra.") {
			return true
		}
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				m := service.Methods().Get(j)
				out[string(service.FullName())+"/"+string(m.Name())] = string(m.Input().FullName())
			}
		}
		return true
	})
	require.Greater(t, len(out), 40)
	return out
}

func TestEveryRPCHasACommand(t *testing.T) {
	commands := strings.Join(rowsUnder(t), "\n")
	all := rpcs(t)
	for rpc := range all {
		_, name, _ := strings.Cut(rpc, "/")
		command, reached := reach[rpc]
		_, excused := unreached[name]
		require.True(t, reached != excused, "%s: give it a command and name that in the table, or a reason", rpc)
		if reached {
			require.Regexp(t, "(?m)^\\| `dendra "+command+"[ `]", commands, rpc)
		}
	}
	for rpc := range reach {
		require.Contains(t, all, rpc, "the chain has no such message or query any more")
	}
}

// wire stands between the commands and a node and remembers which command sent what.
type wire struct {
	mu   sync.Mutex
	line string
	saw  map[string]map[string]bool // full name of an RPC, or of a message in a transaction: lines
}

// raw is a message that is passed on unread.
type raw []byte

type rawCodec struct{}

func (rawCodec) Name() string                  { return "proto" }
func (rawCodec) Marshal(v any) ([]byte, error) { return *v.(*raw), nil }
func (rawCodec) Unmarshal(b []byte, v any) error {
	*v.(*raw) = slices.Clone(b)
	return nil
}

// startWire listens on a port of its own and passes every call on to the node at target.
func startWire(t *testing.T, target string) (*wire, string) {
	conn, err := grpc.NewClient(target, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	w := &wire{saw: map[string]map[string]bool{}}
	server := grpc.NewServer(grpc.ForceServerCodec(rawCodec{}), grpc.UnknownServiceHandler(func(_ any, s grpc.ServerStream) error {
		method, _ := grpc.MethodFromServerStream(s)
		var in, out raw
		if err := s.RecvMsg(&in); err != nil {
			return err
		}
		w.note(method, in)
		ctx := s.Context()
		if md, ok := metadata.FromIncomingContext(ctx); ok {
			ctx = metadata.NewOutgoingContext(ctx, md)
		}
		if err := conn.Invoke(ctx, method, &in, &out, grpc.ForceCodec(rawCodec{})); err != nil {
			return err
		}
		return s.SendMsg(&out)
	}))
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	t.Cleanup(func() {
		server.Stop()
		require.NoError(t, <-ended)
		require.NoError(t, conn.Close())
	})
	return w, l.Addr().String()
}

// typed says which line is at work from now on.
func (w *wire) typed(line string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.line = line
}

func (w *wire) note(method string, body []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	names := []string{strings.TrimPrefix(method, "/")}
	if method == "/cosmos.tx.v1beta1.Service/BroadcastTx" {
		names = append(names, messagesIn(body)...)
	}
	for _, name := range names {
		if w.saw[name] == nil {
			w.saw[name] = map[string]bool{}
		}
		w.saw[name][w.line] = true
	}
}

// messagesIn names the messages of a transaction that is sent.
func messagesIn(body []byte) []string {
	var req txtypes.BroadcastTxRequest
	var tx txtypes.TxRaw
	var content txtypes.TxBody
	if proto.Unmarshal(body, &req) != nil || proto.Unmarshal(req.TxBytes, &tx) != nil || proto.Unmarshal(tx.BodyBytes, &content) != nil {
		return []string{"unreadable"}
	}
	var out []string
	for _, m := range content.Messages {
		out = append(out, strings.TrimPrefix(m.TypeUrl, "/"))
	}
	return out
}

// requireAll wants every RPC to have been sent by the command that the table names.
func (w *wire) requireAll(t *testing.T) {
	w.mu.Lock()
	defer w.mu.Unlock()
	inputs := rpcs(t)
	for _, rpc := range slices.Sorted(maps.Keys(reach)) {
		key := rpc
		if strings.Contains(rpc, ".Msg/") {
			key = inputs[rpc]
		}
		sent := slices.ContainsFunc(slices.Collect(maps.Keys(w.saw[key])), func(line string) bool { return strings.HasPrefix(line, reach[rpc]) })
		require.True(t, sent, "%q did not send %s; it was sent by %v", reach[rpc], rpc, slices.Sorted(maps.Keys(w.saw[key])))
	}
}
