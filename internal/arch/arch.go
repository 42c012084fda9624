// Package arch holds the architecture: its tests read the tree and fail when a wall has been moved.
//
// Its one invariant: what ARCHITECTURE.md says of directions, determinism and dependencies is true of the code.
package arch

// Module is the path of this module.
const Module = "github.com/dendra-net/dendra"

// A direction forbids packages under From, and all they import in turn, to import packages under To.
type direction struct{ from, to, why string }

var directions = []direction{
	{"fixed", "", "pure mathematics stands on the standard library alone"},
	{"issuance", "", "pure mathematics stands on fixed and the standard library alone"},
	{"yuma", "", "pure mathematics stands on fixed and the standard library alone"},
	{"explain", "", "the command line and an explorer explain alike, and neither needs the chain's engine for it"},
	{"sim", "github.com/cosmos/cosmos-sdk", "the laboratory plays the rules, not the engine"},
	{"sim", Module + "/x", "the laboratory plays the rules, not the engine"},
	{"seal", "", "what chain and clients agree on knows neither"},
	{"mix", "", "whoever scores a model must be able to run it anywhere"},
	{"corpus", "github.com/cosmos/cosmos-sdk", "text knows no chain"},
	{"corpus", Module + "/localnet", "text knows no market"},
	{"nn", "", "engines stand on the standard library and on what the CPU says of itself"},
	{"neuron", "github.com/cosmos/cosmos-sdk", "a subnet's author must not need the chain's engine"},
	{"neuron", "github.com/cometbft", "a subnet's author must not need the chain's engine"},
	{"subnets", "github.com/cosmos/cosmos-sdk", "reference subnets are written as a stranger's would be"},
	{"gateway", "github.com/cosmos/cosmos-sdk", "the gateway reaches the chain through an interface"},
	{"miner", "github.com/cosmos/cosmos-sdk", "miners reach the chain through an interface"},
	{"validator", "github.com/cosmos/cosmos-sdk", "validators reach the chain through an interface"},
	{"evidence", "github.com/cosmos/cosmos-sdk", "whoever audits a validator needs no engine of a chain"},
	{"x", Module + "/chain", "modules do not know the application"},
	{"x", Module + "/neuron", "the chain does not know the SDK"},
	{"x", Module + "/wallet", "the chain does not know wallets"},
	{"chain", Module + "/neuron", "the chain does not know the SDK"},
	{"chain", Module + "/wallet", "the chain does not know wallets"},
	{"chain", Module + "/localnet", "the chain does not know who runs it"},
	{"chainclient", Module + "/chain", "clients do not carry the application"},
	{"wallet", Module + "/chain", "clients do not carry the application"},
	{"gateway", Module + "/localnet", "rooms do not know the house"},
	{"internal/cli", Module + "/chain", "commands construct only what they need; the node is handed in"},
}

// within lists what packages of this module the pure rooms may import besides the standard library.
var within = map[string][]string{
	"fixed":    {},
	"issuance": {"fixed"},
	"yuma":     {"fixed", "yuma"},
	"explain":  {"fixed", "yuma"},
	"mix":      {"mix"},
	"nn":       {"nn", "golang.org/x/sys"},
	"seal":     {"golang.org/x/crypto", "golang.org/x/sys"},
}
