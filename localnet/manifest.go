package localnet

import "time"

// Manifest says what a market consists of. It is plain data: two equal manifests make equal markets.
type Manifest struct {
	ChainID    string
	BlockTime  time.Duration
	Tempo      int64
	Subnets    []SubnetPlan
	Validators []ValidatorPlan
	Miners     []MinerPlan
	Accounts   []AccountPlan
}

// SubnetPlan is one subnet of the genesis. Validators of the manifest sit on all of them.
type SubnetPlan struct {
	Name        string
	Description string
	Kind        string // how the validators judge it, a name of package kind
	RootWeight  uint16 // how the validators' root vote divides emission
	// PruneByEvidence makes a full subnet replace the miner that the validators' evidence says is missed least.
	PruneByEvidence bool
}

// ValidatorPlan is a validator and producer of first dividends; its wallet has its name.
type ValidatorPlan struct {
	Name     string
	StakeRao uint64
}

// MinerPlan is a miner on one subnet; its wallet has its name.
type MinerPlan struct {
	Name   string
	Subnet string
	// Model names what answers: a model of the subnet's kind, or ModelCopycat.
	Model string
	// Victim is the miner whose answers a copycat, or a cheat among the models, sells as its own.
	Victim string
}

// ModelCopycat is the model of a miner that asks the gateway for another miner's answer and resells it: the market has
// to notice.
const ModelCopycat = "copycat"

// AccountPlan is a funded account for whoever plays with the network.
type AccountPlan struct {
	Name string
	Rao  uint64
}

const tao = 1_000_000_000

// Default is the market of `dendra up`: four subnets, miners from good to lazy and a cheat or two on each, and three
// validators.
func Default() Manifest {
	return Manifest{
		ChainID:   "dendra-local",
		BlockTime: time.Second,
		Tempo:     20,
		Subnets: []SubnetPlan{
			{Name: "text", Description: "questions about words, numbers and texts", Kind: "text", RootWeight: 30},
			{Name: "pretrain", Description: "models that train, paid by their loss on text nobody has seen", Kind: "pretrain", RootWeight: 25},
			{Name: "mixture", Description: "next bytes: a collective that beats its best member", Kind: "mixture", RootWeight: 25, PruneByEvidence: true},
			{Name: "vision", Description: "pictures of characters, read", Kind: "vision", RootWeight: 20},
		},
		Validators: []ValidatorPlan{
			{Name: "validator-1", StakeRao: 1000 * tao},
			{Name: "validator-2", StakeRao: 900 * tao},
			{Name: "validator-3", StakeRao: 800 * tao},
		},
		Miners: []MinerPlan{
			{Name: "miner-1", Subnet: "text", Model: "scholar"},
			{Name: "miner-2", Subnet: "text", Model: "clerk"},
			{Name: "miner-3", Subnet: "text", Model: "novice"},
			{Name: "miner-4", Subnet: "text", Model: "lazy"},
			{Name: "miner-5", Subnet: "text", Model: ModelCopycat, Victim: "miner-1"},
			{Name: "trainer-1", Subnet: "pretrain", Model: "ngram5"},
			{Name: "trainer-2", Subnet: "pretrain", Model: "ngram3"},
			{Name: "trainer-3", Subnet: "pretrain", Model: "net-w"},
			{Name: "trainer-4", Subnet: "pretrain", Model: "net-s"},
			{Name: "trainer-5", Subnet: "pretrain", Model: "copycat", Victim: "trainer-1"},
			{Name: "expert-1", Subnet: "mixture", Model: "prose"},
			{Name: "expert-2", Subnet: "mixture", Model: "code"},
			{Name: "expert-3", Subnet: "mixture", Model: "reference"},
			{Name: "expert-4", Subnet: "mixture", Model: "dictionary"},
			{Name: "expert-5", Subnet: "mixture", Model: "transformer"},
			{Name: "expert-6", Subnet: "mixture", Model: "parrot", Victim: "expert-1"},
			{Name: "eye-1", Subnet: "vision", Model: "cnn"},
			{Name: "eye-2", Subnet: "vision", Model: "mlp"},
			{Name: "eye-3", Subnet: "vision", Model: "linear"},
		},
		Accounts: []AccountPlan{
			{Name: "alice", Rao: 1000 * tao},
			{Name: "bob", Rao: 1000 * tao},
			{Name: "carol", Rao: 1000 * tao},
			{Name: "owner", Rao: 1000 * tao},
			{Name: "faucet", Rao: 100_000 * tao},
		},
	}
}

// index returns the position of a subnet's name, which decides its netuid: netuids count from 1.
func (m Manifest) netuid(subnet string) (uint16, bool) {
	for i, s := range m.Subnets {
		if s.Name == subnet {
			return uint16(i + 1), true
		}
	}
	return 0, false
}
